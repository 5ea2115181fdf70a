"""What the page starts to do a job, with fakes in place of models: `python fake_working.py --job 7`."""

from cx_text import importing, reassigning, retagging, working
from cx_text.testing import FakeModels


def fakes(recipe, device="auto"):
    del device
    return FakeModels(recipe)


if __name__ == "__main__":
    for module in (importing, reassigning, retagging):
        module.Models = fakes
    working.main()
