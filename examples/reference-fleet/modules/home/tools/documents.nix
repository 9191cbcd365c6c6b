# Commands for notes and documents.
{
  flake.modules.homeManager.tools =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    let
      notes = "${config.home.homeDirectory}/notes";
    in
    {
      commands.note = {
        description = "Write into the note of today";
        inputs = [ pkgs.coreutils ];
        aliases = [ "n" ];
        text = ''
          directory=${lib.escapeShellArg notes}/$(date +%Y)
          mkdir -p "$directory"
          file="$directory/$(date +%F).md"
          if [ $# -gt 0 ]; then
            printf -- '- %s %s\n' "$(date +%R)" "$*" >> "$file"
          else
            exec "''${EDITOR:-vi}" "$file"
          fi
        '';
      };

      commands.scan-text = lib.mkIf pkgs.stdenv.hostPlatform.isDarwin {
        description = "Text of the picture on the clipboard";
        inputs = with pkgs; [
          pngpaste
          tesseract
        ];
        text = ''
          image=$(mktemp -t scan)
          trap 'rm -f "$image"' EXIT
          pngpaste "$image"
          tesseract "$image" - -l eng+deu | pbcopy
        '';
      };

      home.activation.notes = lib.hm.dag.entryAfter [ "writeBoundary" ] ''
        run mkdir -p ${lib.escapeShellArg notes}
      '';
    };
}
