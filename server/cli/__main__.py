"""``python -m interlock.server.cli``: the program, where no script is installed."""

from __future__ import annotations

from interlock.server.cli.main import main

if __name__ == "__main__":
    main()
