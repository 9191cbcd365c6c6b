# Remote machines and clusters.
{
  flake.modules.homeManager.development =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    {
      home.packages = with pkgs; [
        (google-cloud-sdk.withExtraComponents [ google-cloud-sdk.components.gke-gcloud-auth-plugin ])
        hcloud
        kubectl
        kubernetes-helm
      ];

      programs.k9s = {
        enable = true;
        settings.k9s = {
          refreshRate = 2;
          ui = {
            headless = true;
            logoless = true;
          };
          skipLatestRevCheck = true;
        };
        aliases.aliases = {
          dp = "deployments";
          sec = "v1/secrets";
        };
      };

      home.sessionVariables.KUBECONFIG = lib.concatMapStringsSep ":" (
        name: "${config.xdg.configHome}/kube/${name}.yaml"
      ) [
        "config"
        "local"
      ];
    };
}
