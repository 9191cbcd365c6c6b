# What the plugin packages sets on elm.
{ pkgs, ... }:
{
  _file = "plugin packages";
  config = {
    environment.systemPackages = [ pkgs.git pkgs.python3Packages.requests ];
  };
}
