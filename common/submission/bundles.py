"""Submissions that are no table of text: pictures in a tar.gz, arrays in an .npz, weights in a .safetensors.

Whatever is read here was handed in by somebody: only regular files of bounded size are opened, what they unpack to is
bounded too, and nothing in them is run or unpickled. Whatever is wrong ends in a SubmissionError of one sentence.
"""

import gzip
import io
import os
import stat
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from common.errors import SubmissionError

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same pictures and arrays give the same bytes, whenever they are written


def check_regular(path: str | Path, name: str, max_bytes: int) -> None:
    """Raise SubmissionError unless `path` is a regular file of at most `max_bytes`: a pipe could keep us waiting."""
    try:
        kind = os.lstat(path)
    except OSError:
        raise SubmissionError(f"There is no file {path}; run the notebook to its end, it writes {name}.") from None
    if not stat.S_ISREG(kind.st_mode):
        raise SubmissionError(f"{name} is not a regular file (a link, a folder or a pipe); hand in the file itself.")
    if kind.st_size > max_bytes:
        raise SubmissionError(f"{name} has {kind.st_size:,} bytes; at most {max_bytes:,} are allowed.")


# --- pictures -------------------------------------------------------------------------------------------------------


def write_images(path: Path, names: Sequence[str], images: Sequence[np.ndarray]) -> None:
    """Pictures (H, W, 3) uint8 as PNG members `names` of a tar.gz."""
    from PIL import Image

    with (
        open(path, "wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for name, image in zip(names, images, strict=True):
            png = io.BytesIO()
            Image.fromarray(image).save(png, "PNG")
            member = tarfile.TarInfo(name)
            member.size = png.tell()
            png.seek(0)
            archive.addfile(member, png)


def read_images(path: Path, name: str, shape: tuple[int, int, int], wanted: Sequence[str]) -> list[np.ndarray]:
    """The pictures called `wanted`, in that order, each uint8 of `shape` (H, W, 3)."""
    room = len(wanted) * (2 * int(np.prod(shape)) + 4096) + 2**20  # a PNG can be a little larger than its pixels
    try:
        with gzip.open(path) as packed:
            content = packed.read(room + 1)
    except (OSError, EOFError, gzip.zlib.error):
        raise SubmissionError(f"{name} is not a whole .tar.gz file; hand in what the notebook writes.") from None
    if len(content) > room:
        raise SubmissionError(f"{name} unpacks to more than {room:,} bytes, too many for {len(wanted)} small pictures.")
    found: dict[str, np.ndarray] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
            for member in archive:
                called = member.name.removeprefix("./")
                if member.isdir() or called in ("", "."):
                    continue
                if not member.isfile():
                    raise SubmissionError(f"{name}: {called!r} is not a regular file; pack the pictures themselves.")
                if called in found:
                    raise SubmissionError(f"{name} holds {called!r} twice.")
                if len(found) == len(wanted):
                    raise SubmissionError(f"{name} holds more than the {len(wanted)} pictures asked for.")
                found[called] = _picture(archive.extractfile(member).read(), f"{name}: {called!r}", shape)
    except (tarfile.TarError, ValueError, OSError) as error:
        raise SubmissionError(f"{name} cannot be read as a tar file: {error}.") from None
    missing = [called for called in wanted if called not in found]
    if missing:
        more = f" and {len(missing) - 1:,} more" if len(missing) > 1 else ""
        extra = sorted(set(found) - set(wanted))
        instead = f"; it holds {extra[0]!r}, which was not asked for" if extra else ""
        raise SubmissionError(f"{name} lacks {missing[0]!r}{more}{instead}.")
    return [found[called] for called in wanted]


def _picture(content: bytes, name: str, shape: tuple[int, int, int]) -> np.ndarray:
    from PIL import Image

    height, width, _ = shape
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            if (image.height, image.width) != (height, width) or image.mode != "RGB":
                raise SubmissionError(
                    f"{name}: expected a PNG of {width} x {height} pixels in RGB, "
                    f"found {image.width} x {image.height} in {image.mode}."
                )
            return np.array(image)
    except SubmissionError:
        raise
    except Exception:  # a damaged picture can fail in many ways
        raise SubmissionError(f"{name} is not a PNG picture that can be read.") from None


# --- arrays ---------------------------------------------------------------------------------------------------------


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Arrays as members of an .npz, compressed."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{key}.npy", _EPOCH), content.getvalue(), zipfile.ZIP_DEFLATED)


def read_arrays(path: Path, name: str, wanted: Mapping[str, tuple[int | None, ...]]) -> dict[str, np.ndarray]:
    """The arrays called `wanted`, each of the shape given (None: any length). Numbers or text, no objects."""
    arrays = {}
    try:
        with zipfile.ZipFile(path) as archive:
            found = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            if set(found) != set(wanted):
                raise SubmissionError(
                    f"{name} must hold the arrays {', '.join(wanted)}; it holds {', '.join(sorted(found)) or 'none'}."
                )
            for key, shape in wanted.items():
                with archive.open(found[key]) as member:
                    arrays[key] = _array(member, f"{name}: array {key!r}", shape)
    except SubmissionError:
        raise
    except Exception:  # damaged bytes can fail in any way
        raise SubmissionError(
            f"{name} is not an .npz file that can be read; hand in what the notebook writes."
        ) from None
    return arrays


def _array(member, name: str, shape: tuple[int | None, ...]) -> np.ndarray:
    """One .npy member, its header checked before any memory is taken for its content."""
    version = np.lib.format.read_magic(member)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    found, fortran, dtype = header(member)
    fits = len(found) == len(shape) and all(e in (None, f) for e, f in zip(shape, found, strict=True))
    if not fits:
        wanted = "(" + ", ".join("any" if n is None else str(n) for n in shape) + ")"
        raise SubmissionError(f"{name}: expected the shape {wanted}, found {found}.")
    if dtype.kind not in "biufU" or dtype.itemsize > 1024:
        raise SubmissionError(f"{name}: expected numbers, found values of type {dtype}.")
    size = int(np.prod(found, dtype=np.int64)) * dtype.itemsize
    content = member.read(size + 1)
    if len(content) != size:
        raise SubmissionError(f"{name} is cut off or has bytes too many.")
    return np.frombuffer(content, dtype).reshape(found, order="F" if fortran else "C")


# --- weights --------------------------------------------------------------------------------------------------------


def write_weights(path: Path, state: Mapping) -> None:
    """A `state_dict` (or several, merged under different names) as safetensors."""
    from safetensors.torch import save_file

    save_file({key: value.detach().cpu().contiguous().clone() for key, value in state.items()}, path)


def check_weights(path: str | Path, name: str, max_bytes: int, max_parameters: int) -> int:
    """How many numbers the weights at `path` hold: parameters and buffers alike, of every network in the file.

    Raises SubmissionError above `max_parameters`, or if the file is not safetensors.
    """
    from safetensors import SafetensorError, safe_open

    check_regular(path, name, max_bytes)
    try:
        with safe_open(path, "np") as file:
            count = sum(int(np.prod(file.get_slice(key).get_shape())) for key in file.keys())  # noqa: SIM118
    except SafetensorError as error:
        raise SubmissionError(f"{name} cannot be read as safetensors: {error}.") from None
    if count > max_parameters:
        raise SubmissionError(f"{name} holds {count:,} numbers (parameters and buffers); at most {max_parameters:,}.")
    return count
