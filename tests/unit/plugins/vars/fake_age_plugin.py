#!/usr/bin/env python3
"""A plugin for age, for tests: the file key is XORed with the bytes in the recipient, which are the identity's, too. The first of them
says how it behaves: 1 asks for a PIN, 2 says an error, 3 ends early, 4 talks nonsense, 5 asks and tells all kinds of things first,
6 makes a key of a wrong length, 7 asks for recipients of its own kind only."""

import base64
import sys

CHARS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def key_of(text):
    data = [CHARS.index(c) for c in text.lower().rsplit("1", 1)[1]][:-6]
    bits = "".join(f"{d:05b}" for d in data)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits) - 7, 8))


def send(*args, body=b""):
    text = base64.b64encode(body).decode().rstrip("=")
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    if not lines or len(lines[-1]) == 64:
        lines.append("")
    sys.stdout.write("-> " + " ".join(args) + "\n" + "\n".join(lines) + "\n")
    sys.stdout.flush()


def receive():
    head = sys.stdin.readline().rstrip("\n")
    body = ""
    while True:
        line = sys.stdin.readline().rstrip("\n")
        body += line
        if len(line) < 64:
            break
    return head.split(" ")[1:], base64.b64decode(body + "=" * (-len(body) % 4))


def ask(*args, body=b""):
    send(*args, body=body)
    return receive()


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def main():
    machine = sys.argv[1].split("=")[1]
    keys, file_key, stanzas = [], b"", []
    while True:
        args, body = receive()
        if args[0] in ("add-recipient", "add-identity"):
            keys.append(key_of(args[1]))
        elif args[0] == "wrap-file-key":
            file_key = body
        elif args[0] == "recipient-stanza":
            stanzas.append((args, body))
        elif args[0] == "done":
            break
    mode = keys[0][0]
    if mode == 3:
        sys.exit(1)
    if mode == 4:
        print("nonsense")
        return
    if mode == 2:
        ask("error", "internal", body=b"the \x1b[31mdevice is not there")
        send("done")
        return
    if mode == 5:
        ask("msg", body=b"touch it")
        assert ask("something-new", "x")[0] == ["unsupported"]
        assert ask("confirm", base64.b64encode(b"go").decode().rstrip("="), body=b"go on?")[0][0] in ("ok", "fail")
    pin = b""
    if mode == 1 and machine == "identity-v1":
        args, pin = ask("request-secret", body=b"PIN")
        if args[0] != "ok" or pin != b"1234":
            ask("error", "identity", "0", body=b"wrong PIN")
            send("done")
            return
    if machine == "recipient-v1":
        if mode == 7:
            ask("labels", "postquantum")
        ask("recipient-stanza", "0", "fake", "arg", body=xor(file_key, keys[0]))
    else:
        for args, body in stanzas:
            if args[2] == "fake":
                ask("file-key", args[1], body=xor(body, keys[0])[: 15 if mode == 6 else 16])
                break
    send("done")


main()
