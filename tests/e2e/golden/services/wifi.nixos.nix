# What the plugin wifi sets on oak.
{ config, ... }:
{
  _file = "plugin wifi";
  config = {
    clan.core.vars.generators."wifi.cafe" = {
      prompts.network-name = {
        description = "name of the Wi-Fi network";
        persist = true;
        type = "line";
      };
      share = true;
    };
    networking.networkmanager.ensureProfiles.profiles.cafe = {
      connection = {
        autoconnect = true;
        id = "$ssid_cafe";
        type = "wifi";
      };
      wifi = {
        mode = "infrastructure";
        ssid = "$ssid_cafe";
      };
    };
    clan.core.vars.generators."wifi.home" = {
      prompts = {
        network-name = {
          description = "name of the Wi-Fi network";
          persist = true;
          type = "line";
        };
        password = {
          description = "password of the Wi-Fi network";
          persist = true;
          type = "hidden";
        };
      };
      share = true;
    };
    networking.networkmanager.ensureProfiles.profiles.home = {
      connection = {
        autoconnect = false;
        id = "$ssid_home";
        type = "wifi";
      };
      wifi = {
        mode = "infrastructure";
        ssid = "$ssid_home";
      };
      wifi-security = {
        key-mgmt = "wpa-psk";
        psk = "$pw_home";
      };
    };
    networking.networkmanager.enable = true;
    networking.networkmanager.ensureProfiles.environmentFiles = [ "/run/secrets/NetworkManager/wifi-secrets-wifi" ];
    systemd.services.NetworkManager-setup-secrets-wifi.description = "Secrets of Wi-Fi networks for NetworkManager";
    systemd.services.NetworkManager-setup-secrets-wifi.requiredBy = [ "NetworkManager-ensure-profiles.service" ];
    systemd.services.NetworkManager-setup-secrets-wifi.partOf = [ "NetworkManager-ensure-profiles.service" ];
    systemd.services.NetworkManager-setup-secrets-wifi.before = [ "NetworkManager-ensure-profiles.service" ];
    systemd.services.NetworkManager-setup-secrets-wifi.serviceConfig.Type = "oneshot";
    systemd.services.NetworkManager-setup-secrets-wifi.script = ''
      umask 077
      mkdir -p /run/secrets/NetworkManager
      : > /run/secrets/NetworkManager/wifi-secrets-wifi
      value() { # variable, file
        printf '%s="%s"\n' "$1" "$(sed -e 's/\\/\\\\/g' -e 's/^ /\\s/' -e 's/[\\"$`]/\\&/g' "$2")"
      }
      value ssid_cafe ${toString config.clan.core.vars.generators."wifi.cafe".files.network-name.path} >> /run/secrets/NetworkManager/wifi-secrets-wifi
      value ssid_home ${toString config.clan.core.vars.generators."wifi.home".files.network-name.path} >> /run/secrets/NetworkManager/wifi-secrets-wifi
      value pw_home ${toString config.clan.core.vars.generators."wifi.home".files.password.path} >> /run/secrets/NetworkManager/wifi-secrets-wifi
    '';
  };
}
