# What the plugin sshd sets on oak.
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
          comment = "root@oak";
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
      users.users.root.openssh.authorizedKeys.keys = [ config.clan.core.vars.generators.sshd-root-key.files."id_ed25519.pub".value ];
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
      services.openssh.settings.PasswordAuthentication = false;
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
      services.openssh.hostKeys = [
        {
          path = config.clan.core.vars.generators.openssh.files."ssh.id_ed25519".path;
          type = "ed25519";
        }
        {
          path = config.clan.core.vars.generators.openssh-rsa.files."ssh.id_rsa".path;
          type = "rsa";
        }
      ];
      clan.core.vars.generators.openssh-cert = {
        builtin = {
          ca = "openssh-ca/id_ed25519";
          file = "ssh.id_ed25519-cert.pub";
          generator = "ssh-certificate";
          identity = "oak";
          key = "openssh/ssh.id_ed25519.pub";
          kind = "host";
          principals = [ "oak.yard.example.org" "oak.a.example" ];
        };
        dependencies = [ "openssh" "openssh-ca" ];
        files."ssh.id_ed25519-cert.pub".secret = false;
        validation = {
          domains = {
            "a.example" = "a.example";
            "yard.example.org" = "yard.example.org";
          };
          name = "oak";
        };
      };
      services.openssh.settings.HostCertificate = config.clan.core.vars.generators.openssh-cert.files."ssh.id_ed25519-cert.pub".path;
      programs.ssh.knownHosts.clan-sshd-self-ed25519.hostNames = [ "localhost" config.networking.hostName ];
    }
    {
      programs.ssh.knownHosts.clan-sshd-self-ed25519.hostNames = (lib.optional (config.networking.domain != null) config.networking.fqdn);
      programs.ssh.knownHosts.clan-sshd-self-ed25519.publicKey = config.clan.core.vars.generators.openssh.files."ssh.id_ed25519.pub".value;
    }
  ];
}
