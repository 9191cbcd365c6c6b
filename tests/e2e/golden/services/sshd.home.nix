# What the plugin sshd sets on ada@desk.
{ ... }:
{
  _file = "plugin sshd";
  config = {
    home.file.".ssh/known_hosts2".text = ''
      @cert-authority *.yard.example.org,*.a.example ssh-ed25519 AAAA authority
    '';
  };
}
