# Fonts, the same list wherever there is a screen.
{
  flake.modules.darwin.base =
    { pkgs, ... }:
    {
      fonts.packages = with pkgs; [
        inter
        jetbrains-mono
        nerd-fonts.symbols-only
        source-serif
      ];
    };
}
