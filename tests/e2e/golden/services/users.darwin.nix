# What the plugin users sets on elm.
{ ... }:
{
  _file = "plugin users";
  config = {
    users.users.ada.openssh.authorizedKeys.keys = [ "ssh-ed25519 AAAA ada" ];
  };
}
