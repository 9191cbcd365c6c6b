# Lists the options of evaluated modules for `fleetd schema sync`.
#
# Either `flake` (a reference), `attribute` and `host`: the options of that host, those of every module it imports
# included; with `home`, those of the homes inside it. Or `modules`, a file that holds { lib }: [ modules ], and
# `libDir`, the directory of nixpkgs' lib.
{
  flake ? null,
  attribute ? null,
  host ? null,
  home ? null,
  modules ? null,
  libDir ? null,
  # Whether to ask which options the modules themselves define. Some modules only work once they are configured.
  baseline ? "yes",
}:
let
  given = (builtins.getFlake flake).${attribute}.${host};
  lib = if flake != null then given.pkgs.lib else import (/. + libDir);
  evaluated =
    if flake != null then
      given
    else
      lib.evalModules { modules = import (/. + modules) { inherit lib; }; };
  options =
    if home == null then
      evaluated.options
    else
      evaluated.options.home-manager.users.type.getSubOptions [ ];

  # How deep options inside the types of options are followed; some types contain themselves.
  deepest = 6;

  orElse =
    fallback: value:
    let
      tried = builtins.tryEval value;
    in
    if tried.success then tried.value else fallback;

  textOf =
    value:
    if builtins.isString value then
      builtins.unsafeDiscardStringContext value
    else if builtins.isAttrs value && builtins.isString (value.text or null) then
      builtins.unsafeDiscardStringContext value.text
    else
      null;

  # Only what is known to be small and complete; the rest is left to `defaultText`.
  plain =
    value:
    if builtins.isBool value || builtins.isInt value || builtins.isNull value then
      builtins.toJSON value
    else if builtins.isString value then
      builtins.toJSON (builtins.unsafeDiscardStringContext value)
    else if value == [ ] then
      "[ ]"
    else if value == { } then
      "{ }"
    else
      null;

  defaultOf =
    option:
    if option ? defaultText then
      orElse null (textOf option.defaultText)
    else if option ? default then
      orElse null (plain option.default)
    else
      null;

  aliasOf =
    description:
    let
      found = if description == null then null else builtins.match "Alias of [^`]*`([^`]+)`.*" description;
    in
    if found == null then null else builtins.head found;

  describe =
    option:
    let
      description = orElse null (textOf (option.description or null));
    in
    {
      loc = map toString option.loc;
      type = orElse null (option.type.description or null);
      default = defaultOf option;
      inherit description;
      renamedTo = aliasOf description;
      internal = orElse false (option.internal or false);
      readOnly = orElse false (option.readOnly or false);
      visible = orElse true ((option.visible or true) != false);
      defined = baseline == "yes" && orElse false ((option.highestPrio or 9999) < 1500);
    };

  below =
    depth: option:
    let
      inner = orElse { } (option.type.getSubOptions option.loc);
      shown = orElse true (builtins.isBool (option.visible or true));
    in
    if depth == deepest || !(option ? type) || !shown || !(builtins.isAttrs inner) then
      [ ]
    else
      walk (depth + 1) (builtins.removeAttrs inner [ "_module" ]);

  walk =
    depth: tree:
    lib.concatMap (option: [ (describe option) ] ++ below depth option) (
      lib.collect (value: (value._type or null) == "option") tree
    );
in
walk 0 (builtins.removeAttrs options [ "_module" ])
