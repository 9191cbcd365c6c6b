# The ssh server. On NixOS by options, on macOS by a drop-in file.
let
  ciphers = [
    "chacha20-poly1305@openssh.com"
    "aes256-gcm@openssh.com"
  ];
in
{
  flake.modules.nixos.base =
    { config, lib, ... }:
    {
      services.openssh = {
        enable = true;
        openFirewall = lib.mkDefault true;
        settings = {
          PasswordAuthentication = false;
          KbdInteractiveAuthentication = false;
          PermitRootLogin = "prohibit-password";
          X11Forwarding = false;
          MaxAuthTries = 4;
          Ciphers = ciphers;
        };
      };

      services.fail2ban = lib.mkIf (lib.elem 22 config.services.openssh.ports) {
        enable = true;
        maxretry = 6;
        bantime = "30m";
        ignoreIP = [ "fd00::/8" ];
      };
    };

  flake.modules.darwin.sshd-server =
    { config, lib, ... }:
    let
      allowed = lib.unique [
        config.system.primaryUser
        "crs58"
      ];
    in
    {
      services.openssh.enable = true;

      environment.etc."ssh/sshd_config.d/110-fleet.conf".text = ''
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        PermitRootLogin no
        AllowUsers ${lib.concatStringsSep " " allowed}
        Ciphers ${lib.concatStringsSep "," ciphers}
      '';
    };
}
