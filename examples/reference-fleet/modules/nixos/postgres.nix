# PostgreSQL with dumps that the backup can pick up.
{
  flake.modules.nixos.postgres =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    {
      services.postgresql = {
        enable = true;
        package = pkgs.postgresql_17;
        settings = {
          shared_buffers = "1GB";
          max_connections = 60;
          random_page_cost = 1.1;
          log_min_duration_statement = 500;
        };
      };

      services.postgresqlBackup = {
        enable = config.fleet.backup.enable;
        backupAll = true;
        compression = "zstd";
        location = "/var/backup/postgresql";
        startAt = [ ];
      };

      fleet.backup.jobs.postgres = lib.mkIf config.services.postgresqlBackup.enable {
        paths = [ config.services.postgresqlBackup.location ];
        before = "systemctl start postgresqlBackup.service";
        schedule = "daily";
        keep = {
          daily = 14;
          weekly = 8;
          monthly = 12;
        };
      };
    };
}
