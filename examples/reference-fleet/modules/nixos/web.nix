# The reverse proxy: a table of sites becomes virtual hosts, each either public
# with a certificate or inside the overlay only.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  inherit (config) fleet;
in
{
  flake.modules.nixos.web =
    { config, ... }:
    let
      cfg = config.fleet.sites;
      self = fleet.hosts.${config.networking.hostName};

      site =
        { name, config, ... }:
        {
          options = {
            public = mkOption {
              type = types.bool;
              default = false;
            };
            upstream = mkOption {
              type = types.nullOr types.port;
              default = null;
              description = "Local port; null for a site of files only.";
            };
            root = mkOption {
              type = types.nullOr types.path;
              default = null;
            };
            websockets = lib.mkEnableOption "websockets";
            maxBody = mkOption {
              type = types.str;
              default = "10m";
            };
            hostName = mkOption {
              type = types.str;
              default = "${name}.${if config.public then fleet.network.publicDomain else fleet.network.domain}";
              defaultText = lib.literalExpression "below the public or the overlay's domain";
            };
            extraConfig = mkOption {
              type = types.lines;
              default = "";
            };
          };
        };

      virtualHost =
        _: site:
        lib.nameValuePair site.hostName (
          lib.mkMerge [
            {
              forceSSL = site.public;
              enableACME = site.public;
              extraConfig = "client_max_body_size ${site.maxBody};\n" + site.extraConfig;
            }
            (lib.mkIf (site.root != null) { inherit (site) root; })
            (lib.mkIf (site.upstream != null) {
              locations."/" = {
                proxyPass = "http://127.0.0.1:${toString site.upstream}";
                proxyWebsockets = site.websockets;
              };
            })
            (lib.mkIf (!site.public) {
              listenAddresses = map (address: "[${address}]") (
                lib.optional (self.overlay6 != null) self.overlay6
              );
            })
          ]
        );

      public = lib.filterAttrs (_: site: site.public) cfg;
    in
    {
      options.fleet.sites = mkOption {
        type = types.attrsOf (types.submodule site);
        default = { };
        description = "What the reverse proxy serves.";
      };

      config = lib.mkIf (cfg != { }) {
        services.nginx = {
          enable = true;
          recommendedGzipSettings = true;
          recommendedOptimisation = true;
          recommendedProxySettings = true;
          recommendedTlsSettings = true;
          virtualHosts = lib.mapAttrs' virtualHost cfg;
        };

        security.acme = lib.mkIf (public != { }) {
          acceptTerms = true;
          defaults.email = "postmaster@${fleet.network.publicDomain}";
        };

        networking.firewall.allowedTCPPorts = lib.optionals (public != { }) [
          80
          443
        ];
        networking.firewall.interfaces.${fleet.network.interfacePattern}.allowedTCPPorts = [ 80 ];

        assertions = [
          {
            assertion = lib.all (site: site.upstream != null || site.root != null) (lib.attrValues cfg);
            message = "Every entry of fleet.sites needs an upstream or a root.";
          }
        ];
      };
    };
}
