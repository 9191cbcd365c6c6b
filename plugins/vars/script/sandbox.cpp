// Writing down commands for bubblewrap and sandbox-exec.
#include "plugins/vars/script/sandbox.hpp"

#include <algorithm>

#include "plugins/vars/age/primitives.hpp"

namespace fleetd::vars {

namespace {

constexpr const char* kWorkBytes = "67108864";  // what a script may write, in memory

bool isSafe(const std::string& path) {
  return path.size() > 1 && path.front() == '/' && path.find('\0') == std::string::npos &&
         path.find("/../") == std::string::npos && !path.ends_with("/..");
}

// A string of the profile's language, which is a Lisp.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// The root and the devices are in memory, too, and become read-only: what is written counts against one bound.
std::vector<std::string> bubblewrap(const Sandbox& sandbox, const Tools& tools) {
  std::vector<std::string> out{sandbox.program, "--unshare-all", "--die-with-parent", "--new-session", "--clearenv"};
  out.insert(out.end(), {"--cap-drop", "ALL", "--uid", "1000", "--gid", "1000", "--hostname", "generator"});
  std::vector<std::string> readable = sandbox.readable;
  std::sort(readable.begin(), readable.end());
  for (const auto& path : readable) out.insert(out.end(), {"--ro-bind", path, path});
  if (std::find(readable.begin(), readable.end(), "/bin") == readable.end())
    out.insert(out.end(), {"--symlink", tools.shell, "/bin/sh"});
  if (std::find(readable.begin(), readable.end(), "/usr") == readable.end())
    out.insert(out.end(), {"--symlink", tools.coreutils + "/env", "/usr/bin/env"});
  out.insert(out.end(), {"--proc", "/proc", "--dev", "/dev", "--size", "1048576", "--tmpfs", "/dev/shm"});
  out.insert(out.end(), {"--size", "1048576", "--tmpfs", "/etc", "--size", kWorkBytes, "--tmpfs", kWorkDirectory});
  out.insert(out.end(), {"--symlink", std::string(kWorkDirectory) + "/tmp", "/tmp"});
  out.insert(out.end(), {"--remount-ro", "/dev", "--remount-ro", "/", "--chdir", kWorkDirectory, "--"});
  return out;
}

}  // namespace

std::string workDirectory(const Sandbox& sandbox) {
  return sandbox.kind == SandboxKind::Bubblewrap ? kWorkDirectory : sandbox.directory;
}

std::string sandboxProfile(const Sandbox& sandbox) {
  std::string out =
      "(version 1)\n(deny default)\n(allow process-fork process-exec)\n(allow sysctl-read)\n(allow signal (target "
      "same-sandbox))\n(allow file-read-metadata)\n(allow file-read* (literal \"/\") (literal \"/dev/null\") (literal "
      "\"/dev/zero\") (literal \"/dev/random\") (literal \"/dev/urandom\") (literal \"/bin/sh\") (literal \"/bin/bash\") "
      "(literal \"/usr/bin/env\") (subpath \"/usr/lib\") (subpath \"/System/Library\") (subpath "
      "\"/private/var/select\"))\n(allow file-write-data (literal \"/dev/null\"))\n";
  for (const auto& path : sandbox.readable) out += "(allow file-read* (subpath " + quoted(path) + "))\n";
  out += "(allow file-read* file-write* (subpath " + quoted(sandbox.directory) + "))\n";
  return out;
}

fleet::Result<std::vector<std::string>> sandboxWords(const Sandbox& sandbox, const Tools& tools) {
  std::vector<std::string> paths{tools.shell, tools.coreutils};
  paths.insert(paths.end(), sandbox.readable.begin(), sandbox.readable.end());
  paths.insert(paths.end(), tools.path.begin(), tools.path.end());
  if (sandbox.kind != SandboxKind::None) paths.push_back(sandbox.program);
  if (sandbox.kind != SandboxKind::Bubblewrap) paths.push_back(sandbox.directory);
  for (const auto& path : paths)
    if (!isSafe(path)) return age::error("VARS70", "`" + path + "` cannot be a path of a script");
  switch (sandbox.kind) {
    case SandboxKind::Bubblewrap: return bubblewrap(sandbox, tools);
    case SandboxKind::SandboxExec: return std::vector<std::string>{sandbox.program, "-p", sandboxProfile(sandbox)};
    case SandboxKind::None: break;
  }
  return std::vector<std::string>{};
}

}  // namespace fleetd::vars
