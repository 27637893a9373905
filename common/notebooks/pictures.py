"""Pictures in notebooks as they are stored: a page that is read on the web should open fast."""

import base64
import io

COLOURS, FURTHEST = 256, 16  # of a palette; how far a colour may move, of 255


def shrink(notebook) -> None:
    """Store each PNG among the outputs of a notebook with a palette, if nobody can see the difference."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" in data:
                data["image/png"] = in_palette(data["image/png"])


def in_palette(png: str) -> str:
    """A PNG in base64 with 256 colours: a third of the bytes for a plot, which has four channels and few colours.

    Returns `png` as it was where a colour would move by more than 16 of 255 (photographs), where pixels are
    transparent, or where nothing is gained.
    """
    import numpy as np
    from PIL import Image

    picture = Image.open(io.BytesIO(base64.b64decode(png)))
    if picture.mode not in ("RGB", "RGBA"):
        return png
    pixels = np.asarray(picture.convert("RGBA")).astype(int)
    few = picture.convert("RGB").quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    moved = np.abs(np.asarray(few.convert("RGB")).astype(int) - pixels[..., :3]).max()
    file = io.BytesIO()
    few.save(file, "PNG", optimize=True)
    small = base64.b64encode(file.getvalue()).decode()
    return small if moved <= FURTHEST and pixels[..., 3].min() == 255 and len(small) < len(png) else png
