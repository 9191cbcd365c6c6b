// `fleetd completions SHELL`: small scripts that ask `fleetd __complete` for candidates, so they never grow old.
#include <fmt/format.h>

#include "kernel/cli/complete.hpp"
#include "kernel/cli/context.hpp"

namespace fleetd::cli {

namespace {

// bash splits words at = and : and replaces only the last piece, so the line is split here and the pieces before it cut
// off.
constexpr std::string_view kBash = R"script(# Completion of fleetd for bash: source <(fleetd completions bash)
_fleetd() {
  local line="${COMP_LINE:0:COMP_POINT}" word description cut
  local -a words
  read -ra words <<< "$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  local current="${words[${#words[@]}-1]}"
  cut="${current%"${current##*[=:]}"}"
  [[ "$COMP_WORDBREAKS" == *:* ]] || { [[ "$cut" == *=* ]] && cut="${cut%"${cut##*=}"}" || cut=""; }
  COMPREPLY=()
  compopt +o nospace 2> /dev/null
  while IFS=$'\t' read -r word description; do
    case "$word" in
      :files) compopt -o filenames 2> /dev/null; mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "${current#"$cut"}") ;;
      :directories) compopt -o filenames 2> /dev/null; mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "${current#"$cut"}") ;;
      *) COMPREPLY+=("${word#"$cut"}"); [[ "$description" == "…" ]] && compopt -o nospace 2> /dev/null ;;
    esac
  done < <("${words[0]}" __complete -- "${words[@]:1}" 2> /dev/null)
}
complete -F _fleetd fleetd
)script";

constexpr std::string_view kZsh = R"script(#compdef fleetd
# Completion of fleetd for zsh: put this file as _fleetd into a directory of $fpath.
_fleetd() {
  local line word
  local -a entries
  while IFS= read -r line; do
    case "$line" in
      :files) _files ;;
      :directories) _files -/ ;;
      *)
        word="${line%%$'\t'*}"
        if [[ "$line" == *$'\t'* ]]; then
          entries+=("${word//:/\\:}:${line#*$'\t'}")
        else
          entries+=("${word//:/\\:}")
        fi
        ;;
    esac
  done < <("${words[1]}" __complete -- "${(@Q)words[2,$CURRENT]}" 2> /dev/null)
  (( ${#entries} )) && _describe -t fleetd fleetd entries
}
if [[ "${funcstack[1]}" == "_fleetd" ]]; then
  _fleetd "$@"
else
  compdef _fleetd fleetd
fi
)script";

constexpr std::string_view kFish =
    R"script(# Completion of fleetd for fish: fleetd completions fish > ~/.config/fish/completions/fleetd.fish
function __fleetd_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] __complete -- $words[2..-1] $current 2> /dev/null)
        switch $line
            case :files
                __fish_complete_path $current
            case :directories
                __fish_complete_directories $current
            case '*'
                echo $line
        end
    end
end
complete -c fleetd -f -a '(__fleetd_complete)'
)script";

}  // namespace

std::string_view completionScript(std::string_view shell) {
  if (shell == "bash") return kBash;
  if (shell == "zsh") return kZsh;
  if (shell == "fish") return kFish;
  return {};
}

int runCompletions(Context& cx) {
  const std::string_view shell = cx.args.positional(0);
  const std::string_view script = completionScript(shell);
  if (script.empty()) {
    std::string hint = suggestion(shell, {"bash", "zsh", "fish"});
    if (hint.empty()) hint = "one of bash, zsh, fish";
    return cx.fail(
        {base::Code::FL0903, fmt::format("no completion for the shell `{}`", shownWord(shell)), std::move(hint), {}});
  }
  if (!cx.json()) {
    cx.out.write(script);
    return kOk;
  }
  base::JsonWriter json(cx.out.data(), 2);
  json.beginObject().member("shell", shell).member("script", script).endObject();
  cx.out.write("\n");
  return kOk;
}

}  // namespace fleetd::cli
