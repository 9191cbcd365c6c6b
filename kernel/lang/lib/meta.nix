# lib.meta: what packages say of themselves. getExe and getExe' are native.
lib:
let
  inherit (builtins) any isString mapAttrs parseDrvName;
  inherit (lib) filterAttrs isDerivation mapAttrs' matchAttrs nameValuePair toLower;

  addMetaAttrs =
    attrs: package:
    let
      meta = old: (old.meta or { }) // attrs;
    in
    if package ? overrideAttrs then package.overrideAttrs (old: { meta = meta old; }) else package // { meta = meta package; };
  setPrio = priority: addMetaAttrs { inherit priority; };
  lowPrio = setPrio 10;
  hiPrio = setPrio (-10);
  mapDerivationAttrset = function: mapAttrs (_: item: if isDerivation item then function item else item);
  updateName = function: package: package // { name = function package.name; };

  # `pattern` is a system such as "x86_64-linux", or a set that the (parsed) platform has to contain.
  platformMatch =
    platform: pattern:
    if isString pattern then platform.system or null == pattern
    else matchAttrs (if pattern ? parsed then pattern else { parsed = pattern; }) platform;

  licensesSpdx = mapAttrs' (_: license: nameValuePair license.spdxId license) (filterAttrs (_: license: license ? spdxId) lib.licenses);
  byLowerId = mapAttrs' (id: nameValuePair (toLower id)) licensesSpdx;
  getLicenseFromSpdxIdOr = id: fallback: byLowerId.${toLower id} or fallback;
in
{
  inherit addMetaAttrs setPrio lowPrio hiPrio mapDerivationAttrset updateName platformMatch licensesSpdx getLicenseFromSpdxIdOr;
  defaultPriority = 5;
  lowPrioSet = mapDerivationAttrset lowPrio;
  hiPrioSet = mapDerivationAttrset hiPrio;
  dontDistribute = addMetaAttrs { hydraPlatforms = [ ]; };
  setName = name: package: package // { inherit name; };
  appendToName =
    suffix:
    updateName (
      name:
      let
        parts = parseDrvName name;
      in
      "${parts.name}-${suffix}-${parts.version}"
    );
  availableOn =
    platform: package:
    let
      meta = package.meta or { };
      listed = any (platformMatch platform);
    in
    (!(meta ? platforms) || listed meta.platforms) && !(meta ? badPlatforms && listed meta.badPlatforms);
  getLicenseFromSpdxId =
    id:
    getLicenseFromSpdxIdOr id (
      lib.warn "lib.getLicenseFromSpdxId: there is no license with the id ${id}" { shortName = id; spdxId = id; }
    );
  cpeFullVersionWithVendor = vendor: version: { inherit vendor version; update = "*"; };
}
