# Interfaces of services written in Nix as JSON Schema (draft 2020-12). Values are left as they are: whoever reads them takes those that are
# data.
{ lib, ... }:
{ meta }:
let
  kinds = {
    bool.type = "boolean";
    boolByOr.type = "boolean";
    int.type = "integer";
    float.type = "number";
    str.type = "string";
    string.type = "string";
    singleLineStr.type = "string";
    separatedString.type = "string";
    path.type = "string";
    nonEmptyStr = {
      type = "string";
      minLength = 1;
    };
    positiveInt = {
      type = "integer";
      minimum = 1;
    };
    unsignedInt = {
      type = "integer";
      minimum = 0;
    };
    attrs.type = "object";
  };

  # Integers with limits say them in their description only.
  between = type: builtins.match ".*between (-?[0-9]+) and (-?[0-9]+).*" type.description;
  pattern = type: builtins.match ''strMatching "(.*)"'' type.name;

  listOf = type: {
    type = "array";
    items = ofType type.nestedTypes.elemType;
  };
  attrsOf = type: {
    type = "object";
    additionalProperties = ofType type.nestedTypes.elemType;
  };
  either = type: { oneOf = alternatives type; };
  # A choice of choices is one choice.
  alternatives =
    type:
    if type.name == "either" then
      alternatives type.nestedTypes.left ++ alternatives type.nestedTypes.right
    else if type.name == "nullOr" then
      alternatives type.nestedTypes.elemType ++ [ { type = "null"; } ]
    else if type.name == "coercedTo" then
      alternatives type.nestedTypes.coercedType ++ alternatives type.nestedTypes.finalType
    else
      [ (ofType type) ];
  tagged = type: {
    oneOf = lib.mapAttrsToList (name: option: {
      type = "object";
      properties.${name} = ofOption option;
      required = [ name ];
      additionalProperties = false;
    }) type.functor.payload.tags;
  };

  composed = {
    enum = type: { enum = type.functor.payload.values; };
    nullOr = either;
    inherit either;
    coercedTo = either;
    inherit listOf;
    nonEmptyListOf = type: listOf type // { minItems = 1; };
    inherit attrsOf;
    lazyAttrsOf = attrsOf;
    unique = type: ofType type.nestedTypes.elemType;
    submodule = type: ofOptions (type.getSubOptions [ ]);
    attrTag = tagged;
  };

  ofType =
    type:
    if composed ? ${type.name} then
      composed.${type.name} type
    else if kinds ? ${type.name} then
      kinds.${type.name}
    else if pattern type != null then
      {
        type = "string";
        pattern = "^(?:${lib.head (pattern type)})$";
      }
    else if between type != null then
      {
        type = "integer";
        minimum = lib.toInt (lib.head (between type));
        maximum = lib.toInt (lib.last (between type));
      }
    else
      { };

  ofOption =
    option:
    ofType option.type
    // lib.optionalAttrs (option ? description && option.description != null) {
      description = option.description.text or option.description;
    }
    // lib.optionalAttrs (option ? default && !(option ? defaultText)) { inherit (option) default; };

  isShown = option: (option.visible or true) != false && !(option.internal or false);

  ofOptions =
    options:
    let
      freeform = (options._module.freeformType or { }).value or null;
      shown = lib.filterAttrs (name: one: name != "_module" && (!(lib.isOption one) || isShown one)) options;
    in
    {
      type = "object";
      additionalProperties = if freeform == null then false else ofType (freeform.nestedTypes.elemType or { name = "raw"; description = ""; });
      properties = lib.mapAttrs (_: one: if lib.isOption one then ofOption one else ofOptions one) shown;
      required = lib.attrNames (
        lib.filterAttrs (_: one: lib.isOption one && !(one ? default)) shown
      );
    };
in
# service -> what it says of itself
lib.mapAttrs (
  _: service: {
    service = service.manifest.name;
    description = service.manifest.description or "";
    categories = service.manifest.categories or [ ];
    exports = service.manifest.exports.out or [ ];
    roles = lib.mapAttrs (_: role: {
      description = if role.description == null then "" else role.description;
      settings = ofOptions (
        (lib.evalModules {
          prefix = [ "settings" ];
          specialArgs = { inherit meta; };
          modules = [ role.interface ];
        }).options
      );
    }) service.roles;
  }
)
