# Our repositories.
{ config, ... }:
let
  inherit (config) fleet;
in
{
  flake.modules.nixos.forgejo =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    let
      inherit (config.clan.core.vars) generators;
      domain = config.fleet.sites.git.hostName;
    in
    {
      services.forgejo = {
        enable = true;
        package = pkgs.forgejo-lts;
        database.type = "postgres";
        lfs.enable = true;
        settings = {
          DEFAULT.APP_NAME = "Quarry";
          server = {
            DOMAIN = domain;
            ROOT_URL = "https://${domain}/";
            HTTP_PORT = fleet.ports.forgejo;
            HTTP_ADDR = "127.0.0.1";
            SSH_DOMAIN = "git.${fleet.network.domain}";
          };
          service.DISABLE_REGISTRATION = true;
          session.COOKIE_SECURE = lib.mkForce true;
          "repository.upload".FILE_MAX_SIZE = 64;
          "cron.update_checker".ENABLED = false;
          log.LEVEL = "Warn";
        };
        secrets.mailer.PASSWD = generators.forgejo-mail.files.password.path;
      };

      fleet.sites.git = {
        public = true;
        upstream = config.services.forgejo.settings.server.HTTP_PORT;
        websockets = true;
        maxBody = "512m";
      };

      fleet.backup.jobs.forgejo = {
        paths = [ config.services.forgejo.stateDir ];
        exclude = [ "${config.services.forgejo.stateDir}/data/tmp" ];
        before = "systemctl start forgejo-dump.service";
      };

      clan.core.vars.generators.forgejo-mail = {
        prompts.password = {
          description = "Password of the mail account that sends notifications";
          type = "hidden";
          persist = true;
        };
        files.password = {
          owner = "forgejo";
          group = "forgejo";
          restartUnits = [ "forgejo.service" ];
        };
      };
    };
}
