# lib.customisation: functions whose results can be called again with other arguments, and scopes of packages.
lib:
let
  inherit (builtins)
    all attrNames concatStringsSep deepSeq filter head intersectAttrs isAttrs listToAttrs map mapAttrs removeAttrs
    seq unsafeGetAttrPos;
  inherit (lib) extends functionArgs isDerivation isFunction mirrorFunctionArgs optionalAttrs setFunctionArgs;

  load = function: if isFunction function then function else import function;

  overrideDerivation =
    package: change:
    let
      passthru = package.passthru or { };
      spliced = optionalAttrs (package ? __spliced) {
        __spliced = mapAttrs (_: inner: overrideDerivation inner change) package.__spliced;
      };
    in
    extendDerivation (seq package.drvPath true) ({ meta = package.meta or { }; inherit passthru; } // passthru // spliced) (
      derivation (package.drvAttrs // change package)
    );

  makeOverridable =
    function:
    let
      sameArgs = mirrorFunctionArgs function;
      again = change: arguments: makeOverridable (sameArgs (args: change (function args))) arguments;
      apply =
        arguments:
        let
          result = function arguments;
          override = sameArgs (
            changes: makeOverridable function (arguments // (if isFunction changes then changes arguments else changes))
          );
        in
        if isAttrs result then
          result
          // {
            inherit override;
            overrideDerivation = change: again (package: overrideDerivation package change) arguments;
          }
          // optionalAttrs (result ? overrideAttrs) {
            overrideAttrs = change: again (package: package.overrideAttrs change) arguments;
          }
        else if isFunction result then
          setFunctionArgs result (functionArgs result) // { inherit override; }
        else
          result;
      callable = sameArgs apply;
    in
    if isAttrs function then
      function // callable // optionalAttrs (function ? override) { override = changes: makeOverridable (function.override changes); }
    else
      callable;

  callPackageWith =
    available: function: arguments:
    let
      target = load function;
      formals = functionArgs target;
      given = intersectAttrs formals available // arguments;
      absent = filter (name: !(given ? ${name}) && !formals.${name}) (attrNames formals);
      name = head absent;
      place = unsafeGetAttrPos name formals;
      near = lib.take 3 (
        lib.sortOn (lib.strings.levenshtein name) (filter (lib.strings.levenshteinAtMost 2 name) (attrNames (available // arguments)))
      );
      hint = if near == [ ] then "" else "; did you mean ${concatStringsSep " or " (map (other: "\"${other}\"") near)}?";
      where = if place == null then "an unknown place" else "${place.file}:${toString place.line}";
    in
    if absent == [ ] then makeOverridable target given
    else abort "lib.callPackageWith: nothing provides the argument \"${name}\" of the function at ${where}${hint}";

  callPackagesWith =
    available: function: arguments:
    let
      target = load function;
      given = intersectAttrs (functionArgs target) available // arguments;
      packages = target given;
      member = name: _: makeOverridable (mirrorFunctionArgs target (args: (target args).${name})) given;
    in
    if isDerivation packages then
      throw "lib.callPackagesWith: the function makes a single package (${packages.name or "without a name"}); use callPackage for it"
    else
      mapAttrs member packages;

  extendDerivation =
    condition: passthru: package:
    let
      checked = item: {
        drvPath = assert condition; item.drvPath;
        outPath = assert condition; item.outPath;
      };
      common = package // listToAttrs outputs // { all = map (output: output.value) outputs; } // passthru // checked package;
      outputs = map (
        name:
        let
          output = package.${name};
        in
        {
          inherit name;
          value =
            common
            // { inherit (output) type outputName; outputSpecified = true; }
            // checked output
            // optionalAttrs (passthru ? overrideAttrs) { overrideAttrs = change: (passthru.overrideAttrs change).${name}; };
        }
      ) (package.outputs or [ "out" ]);
    in
    common;

  hydraJob =
    package:
    let
      names = package.outputs or [ "out" ];
      common =
        { inherit (package) name system meta; outputs = names; }
        // optionalAttrs (package._hydraAggregate or false) {
          _hydraAggregate = true;
          constituents = map hydraJob (lib.flatten package.constituents);
        }
        // listToAttrs outputs;
      output = name: {
        inherit name;
        value = common // { inherit (package.${name}) outPath drvPath; type = "derivation"; outputName = name; };
      };
      outputs = map output names;
      first = (head outputs).value;
    in
    if package == null then null else deepSeq first first;

  makeScope =
    newScope: packages:
    let
      self =
        { callPackage = self.newScope { }; }
        // packages self
        // {
          newScope = scope: newScope (self // scope);
          overrideScope = overlay: makeScope newScope (extends overlay packages);
          inherit packages;
        };
    in
    self;

  makeScopeWithSplicing' =
    { splicePackages, newScope }@tools:
    { otherSplices, keep ? _: { }, extra ? _: { }, f }@scope:
    let
      spliced = splicePackages {
        pkgsBuildBuild = otherSplices.selfBuildBuild;
        pkgsBuildHost = otherSplices.selfBuildHost;
        pkgsBuildTarget = otherSplices.selfBuildTarget;
        pkgsHostHost = otherSplices.selfHostHost;
        pkgsHostTarget = self;
        pkgsTargetTarget = otherSplices.selfTargetTarget;
      };
      visible = extra spliced // spliced // keep self;
      self = f self // {
        newScope = more: newScope (visible // more);
        callPackage = newScope visible;
        overrideScope = overlay: makeScopeWithSplicing' tools (scope // { f = extends overlay f; });
        packages = f;
      };
    in
    self;

  crossNames = [ "buildBuild" "buildHost" "buildTarget" "hostHost" "hostTarget" "targetTarget" ];
  prefixed = prefix: name: prefix + lib.toUpper (builtins.substring 0 1 name) + builtins.substring 1 (-1) name;
in
{
  inherit
    overrideDerivation makeOverridable callPackageWith callPackagesWith extendDerivation hydraJob makeScope makeScopeWithSplicing';
  makeScopeWithSplicing =
    splicePackages: newScope: otherSplices: keep: extra: f:
    makeScopeWithSplicing' { inherit splicePackages newScope; } { inherit otherSplices keep extra f; };

  extendMkDerivation =
    {
      constructDrv,
      excludeDrvArgNames ? [ ],
      excludeFunctionArgNames ? [ ],
      extendDrvArgs,
      inheritFunctionArgs ? true,
      transformDrv ? package: package,
    }:
    let
      inherited = optionalAttrs inheritFunctionArgs (removeAttrs (functionArgs constructDrv) excludeDrvArgNames);
    in
    {
      inherit constructDrv excludeDrvArgNames extendDrvArgs transformDrv;
      __functionArgs = removeAttrs (inherited // functionArgs (extendDrvArgs { })) excludeFunctionArgNames;
      __functor =
        _: arguments:
        transformDrv (
          constructDrv (
            final:
            let
              given = if isFunction arguments then arguments final else arguments;
            in
            removeAttrs given excludeDrvArgNames // extendDrvArgs final given
          )
        );
    };

  renameCrossIndexFrom = prefix: set: lib.genAttrs crossNames (name: set.${prefixed prefix name});
  renameCrossIndexTo = prefix: set: listToAttrs (map (name: { name = prefixed prefix name; value = set.${name}; }) crossNames);
  mapCrossIndex =
    function:
    { buildBuild, buildHost, buildTarget, hostHost, hostTarget, targetTarget }@set:
    mapAttrs (_: function) set;
}
