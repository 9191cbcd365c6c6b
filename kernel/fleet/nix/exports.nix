# What services tell each other: scopes, who may write what, and the interfaces as options.
{ lib, ... }:
let
  inherit (lib) mkOption types;

  partNames = [
    "serviceName"
    "instanceName"
    "roleName"
    "machineName"
  ];

  # "service:instance:role:machine"; an empty part stands for all.
  buildScopeKey =
    scope:
    let
      unknown = lib.subtractLists partNames (lib.attrNames scope);
      parts = map (part: scope.${part} or "") partNames;
    in
    if unknown != [ ] then
      throw "a scope has no part `${lib.head unknown}`; there are ${lib.concatStringsSep ", " partNames}"
    else if lib.any (lib.hasInfix ":") parts then
      throw "a part of a scope has a colon: ${lib.concatStringsSep " " parts}"
    else if (scope.serviceName or "") == "" && (scope.machineName or "") == "" then
      throw "a scope names a service or a machine at least"
    else
      lib.concatStringsSep ":" parts;

  parseScope =
    key:
    let
      parts = lib.splitString ":" key;
    in
    if lib.length parts != 4 then
      throw "`${key}` is no scope: write service:instance:role:machine, with nothing for all"
    else if lib.head parts == "" && lib.last parts == "" then
      throw "the scope `${key}` names neither a service nor a machine"
    else
      lib.listToAttrs (lib.zipListsWith lib.nameValuePair partNames parts);

  keyOf = scope: if lib.isAttrs scope then buildScopeKey scope else scope;

  selectExports = predicate: lib.filterAttrs (key: _: predicate (parseScope key));

  getExport =
    scope: exports:
    let
      key = keyOf scope;
      service = (parseScope key).serviceName;
      near = lib.attrNames (selectExports (one: one.serviceName == service) exports);
    in
    exports.${key} or (throw (
      "nothing is exported as `${key}`; "
      + (if near == [ ] then "${service} exports nothing" else "of ${service} there are ${lib.concatStringsSep ", " near}")
    ));

  text =
    default: description:
    mkOption {
      type = types.str;
      inherit default description;
    };
  texts = description: mkOption {
    type = types.listOf types.str;
    default = [ ];
    inherit description;
  };

  interfaces = {
    peer =
      { name, ... }:
      {
        options = {
          name = text name "Name of the peer.";
          port = mkOption {
            type = types.port;
            default = 22;
            description = "Port of its ssh server.";
          };
          user = mkOption {
            type = types.nullOr types.str;
            default = null;
            description = "Who logs in; root when it is null.";
          };
          SSHOptions = texts "Options of ssh.";
          hosts = mkOption {
            type = types.listOf (types.lazyAttrsOf types.raw);
            default = [ ];
            description = "Addresses: `plain`, or `var` with machine, generator and file.";
          };
        };
      };
    networking.options = {
      priority = mkOption {
        type = types.int;
        default = 1000;
        description = "Networks of a higher priority are tried first.";
      };
      module = text "clan_lib.network.direct" "How hosts of the network are reached.";
    };
    endpoints.options.hosts = texts "Names that the machine serves.";
    dataMesher.options = {
      files = mkOption {
        type = types.attrsOf (types.listOf types.str);
        default = { };
        description = "Files by name, with the keys that may sign them.";
      };
      namespaces = texts "Namespaces.";
    };
    auth.freeformType = types.lazyAttrsOf types.raw;
    generators.freeformType = types.lazyAttrsOf types.raw;
  };

  # What one scope holds: every interface, null when nobody wrote it. Plugins may have interfaces of their own.
  scopeType =
    further:
    types.submodule {
      freeformType = types.lazyAttrsOf types.raw;
      options = lib.mapAttrs (
        _: module:
        mkOption {
          type = types.nullOr (types.submodule module);
          default = null;
          description = "What is exported for this interface.";
        }
      ) (interfaces // further);
    };

  # The exports of one part of a service, or an error that names it. `allows` looks at the parts of a key.
  checked =
    {
      who,
      out,
      known,
      allows,
      allowed,
    }:
    exports:
    let
      refuse = what: throw "Export validation failed in ${who}: ${what}";
      check =
        key: value:
        let
          scope = builtins.addErrorContext "in the exports of ${who}" (parseScope key);
          unknown = lib.filter (name: !(lib.elem name known)) (lib.attrNames value);
          unlisted = lib.subtractLists out (lib.attrNames value);
        in
        if !(allows scope) then
          refuse "it may write ${allowed}, not `${key}`"
        else if unknown != [ ] then
          refuse "there is no interface `${lib.head unknown}`; there are ${lib.concatStringsSep ", " known}"
        else if unlisted != [ ] then
          refuse "`manifest.exports.out` does not list `${lib.head unlisted}`"
        else
          value;
    in
    if !(lib.isAttrs exports) then refuse "its exports are no set" else lib.mapAttrs check exports;
in
{
  inherit
    buildScopeKey
    parseScope
    getExport
    selectExports
    scopeType
    checked
    interfaces
    ;
}
