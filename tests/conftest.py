import matplotlib
from hypothesis import settings

matplotlib.use("Agg")  # tests draw, and nobody looks
settings.register_profile("homeworks", deadline=None, max_examples=50)  # a busy machine is no failure
settings.load_profile("homeworks")
