# Numbers that more than one class or host has to agree on.
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.fleet = {
    ports = mkOption {
      type = types.attrsOf types.port;
      default = { };
    };

    stateVersions = {
      nixos = mkOption { type = types.str; };
      darwin = mkOption { type = types.int; };
      home = mkOption { type = types.str; };
    };

    timeZone = mkOption {
      type = types.str;
      default = "Etc/UTC";
    };
  };

  config.fleet = {
    ports = {
      forgejo = 3000;
      grafana = 3001;
      prometheus = 9090;
      nodeExporter = 9100;
      notify = 2586;
      notebook = 8888;
      nixServe = 5000;
      moshFirst = 60000;
      moshLast = 60010;
    };

    stateVersions = {
      nixos = "25.05";
      darwin = 6;
      home = "25.05";
    };

    timeZone = "America/New_York";
  };
}
