# The machine @machine@.
{
  nixpkgs.hostPlatform = "aarch64-darwin";
  system.stateVersion = 6;
}
