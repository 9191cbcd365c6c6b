# What the plugin packages sets on ada@desk.
{ pkgs, ... }:
{
  _file = "plugin packages";
  config = {
    home.packages = [ pkgs.git pkgs.python3Packages.requests ];
  };
}
