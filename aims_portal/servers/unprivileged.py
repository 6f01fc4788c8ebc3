"""Who runs PostgreSQL, which refuses to run as root.

Root lends it the account ``nobody``. That account often cannot enter the folders above the data or the programs
(``/root``, a private home, a 0700 temporary folder). Opening those folders to everybody is out of the question, so the
process gets the one capability that lets it pass them, and only when it needs it.
"""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aims_portal.servers.failure import ServerError
from aims_portal.servers.tether import SETPRIV

CAPABILITY = "dac_read_search"


@dataclass(frozen=True)
class Account:
    """`privileges` are options of setpriv(1); `owner` is the (uid, gid) its folders must have, or None for our own."""

    privileges: tuple[str, ...] = ()
    owner: tuple[int, int] | None = None


def unprivileged_account() -> Account:
    """Ourselves, or ``nobody`` without groups and capabilities when we are root."""
    if os.geteuid() != 0:
        return Account()
    if SETPRIV is None:
        raise ServerError("PostgreSQL does not run as root, and setpriv (util-linux) is missing to run it as nobody.")
    nobody = pwd.getpwnam("nobody")
    who = (f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", "--no-new-privs")
    return Account((*who, "--inh-caps=-all", "--bounding-set=-all"), (nobody.pw_uid, nobody.pw_gid))


def able_to_reach(account: Account, paths: Sequence[Path]) -> Account:
    """The same account, with the capability to pass closed folders if it cannot reach all of `paths` without.

    Raises ServerError when it cannot reach them even so (a container without that capability).
    """
    if account.owner is None or _reaches(account, paths):
        return account
    who = [option for option in account.privileges if "-caps=" not in option and "bounding" not in option]
    caps = [f"--{kind}=-all,+{CAPABILITY}" for kind in ("inh-caps", "ambient-caps", "bounding-set")]
    abler = Account((*who, *caps), account.owner)
    if _reaches(abler, paths):
        return abler
    closed = " and ".join(str(path) for path in paths if not _reaches(account, [path]))
    raise ServerError(
        f"Run by root, PostgreSQL works as the user nobody, who cannot enter {closed}. "
        "Run this as a normal user, or keep the repository and --data in folders that everybody may enter."
    )


def _reaches(account: Account, paths: Sequence[Path]) -> bool:
    """Asked by stat(2): access(2), behind `test -x`, does not count capabilities."""
    assert SETPRIV is not None
    asked = [SETPRIV, *account.privileges, "--", "/usr/bin/test", "-e"]
    return all(subprocess.run([*asked, path], check=False).returncode == 0 for path in paths)  # noqa: S603 (the command is ours)
