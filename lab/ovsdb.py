"""Database servers: ovsdb-server, the real one, on a unix socket and optionally TCP."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any, Iterable, Mapping, Sequence

from . import jsonrpc
from .errors import LabError
from .process import Daemon, run

Row = dict[str, Any]


class OvsdbServer(Daemon):
    """One ovsdb-server with one database, NAME.db, on the unix socket `socket`."""

    def __init__(
        self,
        name: str,
        rundir: Path,
        schema: Path,
        *,
        socket: str,
        tcp: bool = False,
        env: Mapping[str, str] | None = None,
    ):
        """With `tcp` it also listens on a free loopback port, the same after each restart."""
        self.schema_path = schema
        self.socket = rundir / socket
        self.db_path = rundir / f"{name}.db"
        self.tcp = tcp
        self._schema: dict[str, Any] | None = None
        super().__init__(name, [], rundir, env=env, ctl_path=rundir / f"{name}.ctl")

    @property
    def remote(self) -> str:
        """What a client connects to: unix:PATH."""
        return f"unix:{self.socket}"

    @property
    def tcp_port(self) -> int:
        """The loopback port; LabError if it was made without `tcp` or has not been started."""
        try:
            return int(self._port_path.read_text())
        except FileNotFoundError as error:
            raise LabError(f"{self.name} has no TCP port: make it with tcp=True") from error

    @property
    def tcp_remote(self) -> str:
        return f"tcp:127.0.0.1:{self.tcp_port}"

    @property
    def _port_path(self) -> Path:
        return self.rundir / f"{self.name}.port"

    def create(self) -> None:
        """Makes the database file from the schema, unless it is there."""
        self.rundir.mkdir(parents=True, exist_ok=True)
        if not self.schema_path.exists():
            raise LabError(f"there is no schema {self.schema_path}")
        if not self.db_path.exists():
            run(["ovsdb-tool", "create", str(self.db_path), str(self.schema_path)])

    def start(self) -> None:
        self.create()
        self.argv = ["ovsdb-server", str(self.db_path), f"--remote=p{self.remote}"]
        if self.tcp:
            known = self._port_path.read_text() if self._port_path.exists() else "0"
            self.argv.append(f"--remote=ptcp:{known}:127.0.0.1")
        super().start()
        if self.tcp and not self._port_path.exists():
            # Port 0 lets the kernel choose a free one; only the log says which.
            found = re.findall(r"listening on port (\d+)", self.log_text())
            if not found:
                raise LabError(f"{self.name} does not say on which port it listens:\n"
                               + self.log_tail())
            self._port_path.write_text(found[-1])

    def destroy_database(self) -> None:
        """Removes the stopped server's database: the next start() begins with an empty one."""
        if self.running:
            raise LabError(f"{self.name} is running; stop() it before its database is destroyed")
        self.db_path.unlink(missing_ok=True)

    @property
    def schema(self) -> dict[str, Any]:
        """The served schema, as JSON."""
        if self._schema is None:
            names = jsonrpc.call(self.socket, "list_dbs", [])
            name = next(name for name in names if name != "_Server")
            self._schema = jsonrpc.call(self.socket, "get_schema", [name])
        return self._schema

    def transact(self, *operations: Mapping[str, Any]) -> list[Any]:
        """Runs raw operations (RFC 7047, section 5.2) in one transaction; returns their results.

        LabError when one fails. It is for rows that no tool would write, and for reading.
        """
        results = jsonrpc.call(self.socket, "transact", [self.schema["name"], *operations])
        for result in results:
            if isinstance(result, dict) and "error" in result:
                raise LabError(f"{self.name}: {result['error']}: {result.get('details', '')}")
        return results

    def rows(
        self,
        table: str,
        where: Sequence[Sequence[Any]] = (),
        columns: Iterable[str] | None = None,
    ) -> list[Row]:
        """The rows of `table` that satisfy `where`: [[column, "==", value], ...], as OVSDB has it.

        By the column's type in the schema: an optional is its value or None, a set a list, a map a
        dict, a reference a uuid.UUID. `_uuid` is always there.
        """
        types = self._column_types(table)
        wanted = list(columns) if columns is not None else list(types)
        operation = {"op": "select", "table": table, "where": [list(c) for c in where],
                     "columns": [*wanted, "_uuid"]}
        found = self.transact(operation)[0]["rows"]
        return [{column: _value(types.get(column, "uuid"), value) for column, value in row.items()}
                for row in found]

    def row(self, table: str, **equal: Any) -> Row:
        """The one row whose columns equal the given values; LabError if there is none, or more."""
        found = self.rows(table, [[column, "==", value] for column, value in equal.items()])
        if len(found) != 1:
            described = ", ".join(f"{column}={value!r}" for column, value in equal.items())
            raise LabError(f"{len(found)} rows of {table} have {described or 'no condition'}; "
                           f"wanted exactly one")
        return found[0]

    def count(self, table: str) -> int:
        return len(self.rows(table, columns=[]))

    def _column_types(self, table: str) -> dict[str, Any]:
        try:
            columns = self.schema["tables"][table]["columns"]
        except KeyError as error:
            raise LabError(f"{self.schema['name']} has no table {table}; it has "
                           + ", ".join(sorted(self.schema["tables"]))) from error
        return {name: column["type"] for name, column in columns.items()}


def _value(kind: Any, raw: Any) -> Any:
    """The Python value of OVSDB's JSON `raw` for a column of type `kind`."""
    if isinstance(raw, list) and raw[0] == "map":
        return {_atom(key): _atom(value) for key, value in raw[1]}
    is_set = isinstance(raw, list) and raw[0] == "set"
    atoms = [_atom(atom) for atom in raw[1]] if is_set else [_atom(raw)]
    maximum = kind.get("max", 1) if isinstance(kind, dict) else 1
    if maximum == 1:
        return atoms[0] if atoms else None
    return atoms


def _atom(raw: Any) -> Any:
    if isinstance(raw, list) and raw[0] in ("uuid", "named-uuid"):
        return uuid.UUID(raw[1]) if raw[0] == "uuid" else raw[1]
    return raw
