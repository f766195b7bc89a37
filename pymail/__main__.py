"""`python -m pymail`: the program without its launcher."""

import sys

from pymail.main import main

if __name__ == "__main__":
    sys.exit(main())
