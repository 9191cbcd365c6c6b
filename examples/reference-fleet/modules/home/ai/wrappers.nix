# A command for each further profile. The key is read when the command starts
# and never reaches the store; settings are copied, because the program writes
# into them.
{
  flake.modules.homeManager.ai =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    let
      enabled = lib.filterAttrs (_: profile: profile.enable) config.agents.profiles;

      toVariable = value: if lib.isBool value then (if value then "1" else "0") else toString value;

      modelVariables =
        models:
        {
          ANTHROPIC_DEFAULT_OPUS_MODEL = models.opus;
          ANTHROPIC_DEFAULT_SONNET_MODEL = models.sonnet;
          ANTHROPIC_DEFAULT_HAIKU_MODEL = models.haiku;
        }
        // lib.optionalAttrs (models.subagent != null) {
          CLAUDE_CODE_SUBAGENT_MODEL = models.subagent;
        };

      variablesOf =
        profile:
        modelVariables profile.models
        // lib.mapAttrs (_: toVariable) profile.variables
        // {
          ANTHROPIC_BASE_URL = profile.endpoint;
          CLAUDE_CONFIG_DIR = profile.directory;
        };

      settingsOf =
        name: profile:
        pkgs.writeText "claude-${name}-settings.json" (
          builtins.toJSON (
            lib.recursiveUpdate config.agents.settings { env = modelVariables profile.models; }
          )
        );

      exports =
        variables:
        lib.concatStringsSep "\n" (
          lib.mapAttrsToList (name: value: "export ${name}=${lib.escapeShellArg value}") variables
        );

      readKey =
        profile:
        if profile.secret == null then
          ''
            export ANTHROPIC_AUTH_TOKEN=none
          ''
        else
          ''
            key=${lib.escapeShellArg config.sops.secrets.${profile.secret}.path}
            if [ ! -r "$key" ]; then
              echo "${profile.command}: cannot read $key" >&2
              exit 1
            fi
            ANTHROPIC_AUTH_TOKEN=$(<"$key")
            export ANTHROPIC_AUTH_TOKEN
          '';

      wrapper =
        _: profile:
        pkgs.writeShellApplication {
          name = profile.command;
          runtimeInputs = [ config.programs.claude-code.finalPackage ];
          text = exports (variablesOf profile) + "\n" + readKey profile + "exec claude \"$@\"\n";
        };

      copySettings =
        name: profile:
        lib.nameValuePair "claude-${name}" (
          lib.hm.dag.entryAfter [ "linkGeneration" ] ''
            run mkdir -p ${lib.escapeShellArg profile.directory}
            run install -m 600 ${settingsOf name profile} ${lib.escapeShellArg profile.directory}/settings.json
          ''
        );

      secrets = lib.filter (secret: secret != null) (
        lib.mapAttrsToList (_: profile: profile.secret) enabled
      );
    in
    {
      config = lib.mkIf (enabled != { }) {
        home.packages = lib.mapAttrsToList wrapper enabled;
        home.activation = lib.mapAttrs' copySettings enabled;
        sops.secrets = lib.genAttrs secrets (_: { mode = "0400"; });

        xdg.configFile = lib.mapAttrs' (
          name: _:
          lib.nameValuePair "claude-${name}/CLAUDE.md" {
            text = config.programs.claude-code.context;
          }
        ) enabled;

        assertions = lib.mapAttrsToList (name: profile: {
          assertion = profile.secret != null || lib.hasPrefix "http://127.0.0.1" profile.endpoint;
          message = "agents.profiles.${name} sends requests to ${profile.endpoint} without a key.";
        }) enabled;
      };
    };
}
