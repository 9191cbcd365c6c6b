# The owner again: the account name on servers and on the family's laptops.
{ lib, ... }:
{
  flake.users.cameron = {
    aliasOf = "crs58";
    meta.email = "cameron@quarry.example.net";
    content.programs.git.signing.signByDefault = lib.mkForce false;
  };
}
