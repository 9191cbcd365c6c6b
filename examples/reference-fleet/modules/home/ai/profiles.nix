# The providers we know. A home switches on what it wants.
{
  flake.modules.homeManager.ai =
    { lib, ... }:
    {
      agents.profiles = {
        glm = {
          endpoint = "https://api.z.ai/api/anthropic";
          models = {
            opus = "glm-4.7";
            sonnet = "glm-4.7";
            haiku = "glm-4.5-air";
          };
          variables.API_TIMEOUT_MS = 3000000;
        };

        local = {
          endpoint = "http://127.0.0.1:11434";
          secret = null;
          model = lib.mkDefault "qwen3-coder:8b";
          variables = {
            DISABLE_COST_WARNINGS = true;
            DISABLE_TELEMETRY = true;
          };
        };
      };
    };
}
