# What the plugin sshd sets on elm.
{ config, lib, ... }:
{
  _file = "plugin sshd";
  config = lib.mkMerge [
    {
      clan.core.vars.generators.openssh-ca = {
        builtin = {
          file = "id_ed25519";
          generator = "ssh-key";
          type = "ed25519";
        };
        files = {
          id_ed25519.deploy = false;
          "id_ed25519.pub" = {
            deploy = false;
            secret = false;
          };
        };
        share = true;
      };
      programs.ssh.knownHosts.ssh-ca.certAuthority = true;
      programs.ssh.knownHosts.ssh-ca.extraHostNames = [ "*.yard.example.org" "*.a.example" ];
      programs.ssh.knownHosts.ssh-ca.publicKey = config.clan.core.vars.generators.openssh-ca.files."id_ed25519.pub".value;
      services.openssh.enable = true;
      users.users.root.openssh.authorizedKeys.keys = [ "ssh-ed25519 AAAA ada" ];
      clan.core.vars.generators.sshd-root-key = {
        builtin = {
          comment = "root@elm";
          file = "id_ed25519";
          generator = "ssh-key";
          type = "ed25519";
        };
        files = {
          id_ed25519 = { };
          "id_ed25519.pub".secret = false;
        };
      };
    }
    {
      clan.core.vars.generators.openssh-ca = {
        builtin = {
          file = "id_ed25519";
          generator = "ssh-key";
          type = "ed25519";
        };
        files = {
          id_ed25519.deploy = false;
          "id_ed25519.pub" = {
            deploy = false;
            secret = false;
          };
        };
        share = true;
      };
      programs.ssh.knownHosts.ssh-ca.certAuthority = true;
      programs.ssh.knownHosts.ssh-ca.extraHostNames = [ "*.yard.example.org" "*.a.example" ];
      programs.ssh.knownHosts.ssh-ca.publicKey = config.clan.core.vars.generators.openssh-ca.files."id_ed25519.pub".value;
      clan.core.vars.generators.openssh = {
        builtin = {
          file = "ssh.id_ed25519";
          generator = "ssh-key";
          type = "ed25519";
        };
        files = {
          "ssh.id_ed25519" = { };
          "ssh.id_ed25519.pub".secret = false;
        };
      };
      clan.core.vars.generators.openssh-rsa = {
        builtin = {
          bits = 4096;
          file = "ssh.id_rsa";
          generator = "ssh-key";
          type = "rsa";
        };
        files = {
          "ssh.id_rsa" = { };
          "ssh.id_rsa.pub".secret = false;
        };
      };
      clan.core.vars.generators.openssh-cert = {
        builtin = {
          ca = "openssh-ca/id_ed25519";
          file = "ssh.id_ed25519-cert.pub";
          generator = "ssh-certificate";
          identity = "elm";
          key = "openssh/ssh.id_ed25519.pub";
          kind = "host";
          principals = [ "elm.yard.example.org" "elm.a.example" ];
        };
        dependencies = [ "openssh" "openssh-ca" ];
        files."ssh.id_ed25519-cert.pub".secret = false;
        validation = {
          domains = {
            "a.example" = "a.example";
            "yard.example.org" = "yard.example.org";
          };
          name = "elm";
        };
      };
      services.openssh.extraConfig = ''
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        HostKey ${toString config.clan.core.vars.generators.openssh.files."ssh.id_ed25519".path}
        HostKey ${toString config.clan.core.vars.generators.openssh-rsa.files."ssh.id_rsa".path}
        HostCertificate ${toString config.clan.core.vars.generators.openssh-cert.files."ssh.id_ed25519-cert.pub".path}
      '';
    }
  ];
}
