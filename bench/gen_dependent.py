#!/usr/bin/env python3
"""Write the generated fleet of tests/conformance/fleets with 30 % more leaves that each host has its own value of.

  python3 bench/gen_dependent.py --hosts N --seed S --out DIR

The added leaves are made by helper functions, `mapAttrs'` with names from the host, and submodules that read `config`:
nothing of them can be computed once for several hosts. The same arguments always give the same bytes.
"""
import argparse
import os
import random
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
GENERATOR = os.path.join(HERE, "..", "tests", "conformance", "fleets", "gen-fleet.py")
SERVICES, VARIABLES, RECORDS = 12, 30, 24

OPTIONS = """{ ... }:
let
  module =
    { config, lib, ... }:
    let
      inherit (lib) mkOption types;
      host = config.networking.hostName;
      service =
        { name, config, ... }:
        {
          options.port = mkOption { type = types.port; };
          options.user = mkOption { type = types.str; default = "${host}-svc"; };
          options.label = mkOption { type = types.str; };
          options.command = mkOption { type = types.listOf types.str; };
          config.label = lib.mkDefault "${host}/${name}:${toString config.port}";
          config.command = [ "/bin/run" "--as" config.user "--on" (toString config.port) ];
        };
    in
    {
      options.own.services = mkOption { type = types.attrsOf (types.submodule service); default = { }; };
      options.own.environment = mkOption { type = types.attrsOf types.str; default = { }; };
      options.own.records = mkOption { type = types.attrsOf (types.listOf types.str); default = { }; };
    };
in
{
  flake.modules.nixos.core = module;
  flake.modules.darwin.core = module;
}
"""

DEFINITIONS = """{ lib, ... }:
let
  labelled = host: kind: name: "${host}.${kind}-${name}.example.org";
  module =
    { config, lib, ... }:
    let
      host = config.networking.hostName;
      tags = config.meta.tags;
      named = kind: labelled host kind;
    in
    {
      own.services = lib.mapAttrs' (name: port: lib.nameValuePair "${host}-${name}" { inherit port; }) {
@SERVICES@
      };
      own.environment = lib.listToAttrs (
        map (name: lib.nameValuePair (lib.toUpper name) (named "variable" name)) [ @VARIABLES@ ]
      );
      own.records = lib.genAttrs [ @RECORDS@ ] (
        name: [ (named "record" name) ] ++ lib.optional (lib.elem "server" tags) "${host}:${name}"
      );
    };
in
{
  flake.modules.nixos.core = module;
  flake.modules.darwin.core = module;
}
"""


def words(rng, prefix, count):
    return " ".join(f'"{prefix}{i}x{rng.randrange(1000)}"' for i in range(count))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hosts", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    made = [sys.executable, "-B", GENERATOR, "--hosts", str(args.hosts), "--seed", str(args.seed), "--out", args.out]
    subprocess.run(made, check=True)
    rng = random.Random(args.seed)
    text = DEFINITIONS.replace("@SERVICES@", "\n".join(f"        s{i} = {rng.randrange(1024, 65535)};" for i in range(SERVICES)))
    text = text.replace("@VARIABLES@", words(rng, "v", VARIABLES)).replace("@RECORDS@", words(rng, "r", RECORDS))
    folder = os.path.join(args.out, "modules", "own")
    os.makedirs(folder, exist_ok=True)
    for name, content in (("options.nix", OPTIONS), ("definitions.nix", text)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(content)


if __name__ == "__main__":
    main()
