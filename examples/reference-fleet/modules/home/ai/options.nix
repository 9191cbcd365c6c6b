# One coding agent, several providers. The default profile belongs to the
# upstream module; every further one is an entry of `agents.profiles`.
{ lib, ... }:
let
  inherit (lib) mkOption types;

  models = {
    opus = mkOption {
      type = types.str;
      description = "Model for hard tasks.";
    };
    sonnet = mkOption { type = types.str; };
    haiku = mkOption { type = types.str; };
    subagent = mkOption {
      type = types.nullOr types.str;
      default = null;
    };
  };
in
{
  flake.modules.homeManager.ai =
    { config, ... }:
    let
      profile =
        { name, config, ... }:
        {
          options = {
            enable = lib.mkEnableOption "the profile ${name}";

            endpoint = mkOption {
              type = types.strMatching "https?://.+";
              description = "Base URL of the provider.";
            };

            secret = mkOption {
              type = types.nullOr types.str;
              default = "${name}-api-key";
              description = "Name of the secret that holds the key; null where none is needed.";
            };

            model = mkOption {
              type = types.nullOr types.str;
              default = null;
              description = "One model for everything; fills the four below.";
            };

            models = mkOption {
              type = types.submodule { options = models; };
              default = { };
            };

            command = mkOption {
              type = types.str;
              default = "claude-${name}";
            };

            directory = mkOption {
              type = types.str;
              default = "${configHome}/claude-${name}";
              description = "Sessions, logs and settings of this profile.";
            };

            variables = mkOption {
              type = types.attrsOf (
                types.oneOf [
                  types.str
                  types.int
                  types.bool
                ]
              );
              default = { };
            };
          };

          config.models = lib.mkIf (config.model != null) (
            lib.genAttrs (lib.attrNames models) (_: lib.mkDefault config.model)
          );
        };

      configHome = config.xdg.configHome;
    in
    {
      options.agents = {
        settings = mkOption {
          type = types.attrsOf types.anything;
          default = { };
          description = "Settings that all profiles start from.";
        };

        profiles = mkOption {
          type = types.attrsOf (types.submodule profile);
          default = { };
        };
      };
    };
}
