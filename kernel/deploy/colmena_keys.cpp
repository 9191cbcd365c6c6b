// Reading what keys there are, and the shell that takes one.
#include "kernel/deploy/colmena_keys.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/deploy/key_pipe.hpp"

namespace fleetd::deploy {

namespace {

using base::Code;
using plugin::PluginValue;

constexpr std::size_t kLongestMode = 4;

// The end of what is sent shows that all of it is there. Whoever owns the file may be made by the activation: colmena's
// own module gives it to them then. $d, $f, $o, $g and $m stand in front.
constexpr char kPut[] =
    "set -e; umask 022; mkdir -p \"$d\"; umask 077; n=\"$d/.$f.new\"; rm -f \"$n\" \"$n.all\"; "
    "trap 'rm -f \"$n\" \"$n.all\"' EXIT; cat >\"$n.all\"; s=$(($(wc -c <\"$n.all\")-$e)); "
    "[ \"$s\" -ge 0 ] && [ \"$(tail -c \"$e\" \"$n.all\")\" = \"$t\" ] || { echo 'it was cut off' >&2; exit 1; }; "
    "head -c \"$s\" \"$n.all\" >\"$n\"; "
    "number() { case \"$1\" in ''|*[!0-9]*) false ;; esac; }; "
    "if number \"$o\" || id -u \"$o\" >/dev/null 2>&1; then chown \"$o\" \"$n\"; fi; "
    "if number \"$g\" || grep -q \"^$g:\" /etc/group; then chgrp \"$g\" \"$n\"; fi; "
    "chmod \"$m\" \"$n\"; mv -f \"$n\" \"$d/$f\"";

Error malformed(const std::string& host, const std::string& name, const std::string& why) {
  return {Code::FL0853, fmt::format("deployment.keys.{} of {}: {}", base::sanitize(name), host, why), "", {}};
}

bool isName(std::string_view text) {
  return !text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
  });
}

bool isMode(std::string_view text) {
  return text.size() >= 3 && text.size() <= kLongestMode &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '7'; });
}

// Reads one key; what is wrong with it comes first.
class Reader {
 public:
  Reader(const std::string& host, const std::string& name, const PluginValue& value)
      : host_(host), name_(name), value_(value) {}

  Result<ColmenaKey> read() {
    ColmenaKey out;
    out.name = name_;
    out.file = text("name", name_);
    out.directory = text("destDir", "/run/keys");
    out.owner = text("user", "root");
    out.group = text("group", "root");
    out.mode = text("permissions", "0600");
    out.afterActivation = text("uploadAt", "pre-activation") == "post-activation";
    readSource(out);
    if (why_.empty() && (out.file.find('/') != std::string::npos || out.file == "." || out.file == ".." ||
                         out.file.empty() || out.file.find('\0') != std::string::npos))
      why_ = fmt::format("`{}` cannot be the name of a file", base::sanitize(out.file));
    if (why_.empty() && (!out.directory.starts_with('/') || out.directory.find('\0') != std::string::npos))
      why_ = fmt::format("destDir `{}` is not absolute", base::sanitize(out.directory));
    if (why_.empty() && (!isName(out.owner) || !isName(out.group)))
      why_ = fmt::format("nobody is called `{}:{}`", base::sanitize(out.owner), base::sanitize(out.group));
    if (why_.empty() && !isMode(out.mode)) why_ = fmt::format("`{}` are no permissions", base::sanitize(out.mode));
    if (!why_.empty()) return malformed(host_, name_, why_);
    return out;
  }

 private:
  bool given(std::string_view member) const {
    const PluginValue* found = value_.find(member);
    return found && !found->isNil();
  }
  std::string text(std::string_view member, std::string otherwise) {
    if (!given(member)) return otherwise;
    if (const auto* held = value_.find(member)->get<std::string>()) return *held;
    if (why_.empty()) why_ = fmt::format("`{}` is only known to Nix", member);
    return {};
  }
  void readSource(ColmenaKey& out) {
    const int sources = given("text") + given("keyFile") + given("keyCommand");
    if (sources != 1) {
      why_ = "one of text, keyFile and keyCommand has to be set";
    } else if (given("keyCommand")) {
      out.from = ColmenaKey::From::Command;
      const auto* words = value_.find("keyCommand")->get<sdk::List>();
      for (std::size_t i = 0; words && i < words->size(); ++i)
        if (const auto* word = (*words)[i].get<std::string>()) out.command.push_back(*word);
      if (!words || words->empty() || out.command.size() != words->size()) why_ = "`keyCommand` is no list of words";
    } else {
      out.from = given("text") ? ColmenaKey::From::Text : ColmenaKey::From::File;
      out.text = text(given("text") ? "text" : "keyFile", "");
    }
  }

  const std::string& host_;
  const std::string& name_;
  const PluginValue& value_;
  std::string why_;
};

Result<void> bring(Ssh& ssh, const Address& address, const std::string& host, const ColmenaKey& key,
                   const ActivationSettings& settings) {
  auto pipe = KeyPipe::open(key);
  if (!pipe) return malformed(host, key.name, pipe.error().message);
  Ssh::Call call =
      asRoot(fmt::format("d={}; f={}; o={}; g={}; m={}; t={}; e={}; {}", base::shellQuote(key.directory),
                         base::shellQuote(key.file), key.owner, key.group, key.mode, kKeyEnd, kKeyEnd.size(), kPut),
             address, settings);
  call.inputFd = pipe->reading();
  const auto finished = ssh.run(address, call);
  // A host that did not take it may have been cut off because of what failed here.
  if (auto sent = pipe->end(); !sent) return malformed(host, key.name, sent.error().message);
  if (!finished) return finished.error();
  if (finished->status.success()) return {};
  return malformed(host, key.name,
                   fmt::format("the host did not take it: {}", base::sanitize(base::trim(finished->errors))));
}

}  // namespace

Result<std::vector<ColmenaKey>> readColmenaKeys(const std::string& host, const PluginValue& keys) {
  std::vector<ColmenaKey> out;
  if (keys.isNil()) return out;
  const auto* set = keys.get<sdk::Attrs>();
  if (!set)
    return Error{
        Code::FL0853, fmt::format("deployment.keys of {} is only known to Nix", host), "deploy with colmena", {}};
  for (const auto& [name, value] : *set) {
    FLEETD_TRY_ASSIGN(auto key, Reader(host, name, value).read());
    out.push_back(std::move(key));
  }
  return out;
}

Result<void> bringColmenaKeys(Ssh& ssh, const Address& address, const std::string& host,
                              const std::vector<ColmenaKey>& keys, bool afterActivation,
                              const ActivationSettings& settings) {
  for (const ColmenaKey& key : keys)
    if (key.afterActivation == afterActivation) FLEETD_TRY(bring(ssh, address, host, key, settings));
  return {};
}

}  // namespace fleetd::deploy
