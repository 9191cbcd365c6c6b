"""A controller that answers as zerotier-one 1.14.1 does, as far as its recorded exchanges go, and an `ssh` that runs what it is given on
this machine. What the real one does differently is a defect of this file: cases/zerotier_live.py runs the same fleet against it."""

import http.server
import json
import re
import socket
import threading
import time

TOKEN = "k2h4s0f9w7q1z8x6c3v5b7n9"
STAMP = 1795379782767
NETWORK_KEYS = "name private enableBroadcast multicastLimit mtu v4AssignMode v6AssignMode routes ipAssignmentPools rules authTokens capabilities tags dns".split()
MEMBER_KEYS = "authorized name activeBridge noAutoAssignIps ipAssignments tags capabilities".split()


def network(id, **changes):
    """What POST {"name":"fleet","private":true,"v6AssignMode":{"rfc4193":true}} was answered with, and changes."""
    record = {
        "authTokens": [None], "authorizationEndpoint": "", "capabilities": [], "clientId": "", "creationTime": STAMP, "dns": [], "enableBroadcast": True,
        "id": id, "ipAssignmentPools": [], "mtu": 2800, "multicastLimit": 32, "name": "mesh", "nwid": id, "objtype": "network", "private": True,
        "remoteTraceLevel": 0, "remoteTraceTarget": None, "revision": 1, "routes": [], "rules": [{"not": False, "or": False, "type": "ACTION_ACCEPT"}],
        "rulesSource": "", "ssoEnabled": False, "tags": [], "v4AssignMode": {"zt": False}, "v6AssignMode": {"rfc4193": True},
    }
    return {**record, **changes}


def member(id, network_id, **changes):
    """What POST {"authorized":true,"name":"a"} was answered with for a member never seen before."""
    record = {
        "activeBridge": False, "address": id, "authenticationExpiryTime": 0, "authorized": False, "capabilities": [], "creationTime": STAMP, "id": id,
        "ipAssignments": [], "lastAuthorizedCredential": None, "lastAuthorizedCredentialType": None, "lastAuthorizedTime": 0, "lastDeauthorizedTime": 0,
        "noAutoAssignIps": False, "nwid": network_id, "objtype": "member", "remoteTraceLevel": 0, "remoteTraceTarget": None, "revision": 1,
        "ssoExempt": False, "tags": [], "vMajor": -1, "vMinor": -1, "vProto": -1, "vRev": -1,
    }
    return {**record, **changes}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, value, status=200):
        body = b"" if value is None else value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer(self):
        double = self.server.double
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        double.seen.append((self.command, self.path, body.decode()))
        for pattern, act in double.faults:
            if re.fullmatch(pattern, f"{self.command} {self.path}"):
                return act(self)
        if self.headers.get("X-ZT1-Auth") != double.token:
            return self.reply({}, 401)
        return self.route(double, self.path.strip("/").split("/"), body)

    do_GET = do_POST = do_DELETE = answer

    def route(self, double, parts, body):
        if parts == ["status"]:
            return self.reply({"address": double.address, "publicIdentity": f"{double.address}:0:{'0' * 128}", "online": True, "version": "1.14.1", "versionMajor": 1, "versionMinor": 14, "versionRev": 1})
        if parts == ["peer"]:
            return self.reply(double.peers)
        if parts[0] == "unstable" and double.unstable:
            if parts[1:3] == ["controller", "network"] and parts[4:] == ["member"] and parts[3] in double.networks:
                data = list(double.members.values())
                return self.reply({"data": data, "meta": {"totalCount": len(data), "authorizedCount": sum(m["authorized"] for m in data)}})
            return self.reply(None, 404)
        if parts == ["controller"]:
            return self.reply({"controller": True, "apiVersion": 4, "clock": STAMP, "databaseReady": True})
        if parts[:2] != ["controller", "network"] or len(parts) < 3 or parts[2] not in double.networks:
            return self.reply(None, 404)
        if self.command == "POST":
            try:
                sent = json.loads(body)
            except ValueError as problem:
                return self.reply({"error": 500, "description": str(problem)}, 500)
        if len(parts) == 3:
            record = double.networks[parts[2]]
            if self.command == "POST":
                record.update({key: value for key, value in sent.items() if key in NETWORK_KEYS})
                record["revision"] += 1
            return self.reply(record)
        if len(parts) == 4 and parts[3] == "member":
            return self.reply({id: record["revision"] for id, record in double.members.items()})
        if len(parts) == 5 and parts[3] == "member":
            if self.command == "POST":
                record = double.members.setdefault(parts[4], member(parts[4], parts[2]))
                record.update({key: value for key, value in sent.items() if key in MEMBER_KEYS})
                record["revision"] += 1
                return self.reply(record)
            return self.reply(double.members[parts[4]]) if parts[4] in double.members else self.reply(None, 404)
        return self.reply(None, 404)


class Double:
    """Listens until close(). `faults` are pairs of a pattern of "METHOD PATH" and what happens instead."""

    def __init__(self, home, network_id, members=(), **changes):
        self.home, self.network_id, self.token, self.address = home, network_id, TOKEN, network_id[:10]
        self.networks = {network_id: network(network_id, **changes)}
        self.members = {one["id"]: one for one in members}
        self.peers, self.faults, self.seen, self.unstable = [], [], [], True
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.double = self
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        home.mkdir()
        (home / "authtoken.secret").write_text(TOKEN)
        (home / "zerotier-one.port").write_text(str(self.server.server_port))

    def known(self, id, **changes):
        self.members[id] = member(id, self.network_id, **changes)
        return self.members[id]

    def posts(self):
        return [(path, json.loads(body)) for method, path, body in self.seen if method == "POST"]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def says(body, status=200):
    return lambda handler: handler.reply(body if isinstance(body, bytes) else json.dumps(body).encode(), status)


def sleeps(seconds):
    def act(handler):
        time.sleep(seconds)
        handler.close_connection = True

    return act


def hangs_up(handler):
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


SSH = """#!/bin/sh
# Takes the place of ssh: runs the command, which is the last word, here.
for word in "$@"; do [ "$word" = exit ] && exit 0; done
printf '%s\\n' "$*" >>"$FLEETD_SSH_LOG"
[ -z "$FLEETD_SSH_FAILS" ] || { echo "ssh: connect to host: No route to host" >&2; exit 255; }
for word in "$@"; do last=$word; done
exec $FLEETD_SSH_WHERE sh -c "$last"
"""


def place_ssh(directory):
    directory.mkdir()
    (directory / "ssh").write_text(SSH)
    (directory / "ssh").chmod(0o755)
