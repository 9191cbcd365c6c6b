// What a script of a generator runs in, as the words of a command. Nothing is started here.
#pragma once
#include <string>
#include <vector>

#include <fleet/cxx/result.hpp>

namespace fleetd::vars {

enum class SandboxKind : unsigned char { Bubblewrap, SandboxExec, None };

struct Sandbox {
  SandboxKind kind = SandboxKind::None;
  std::string program;                // bwrap or sandbox-exec
  std::vector<std::string> readable;  // absolute paths that scripts can read: the store of Nix
  std::string directory;              // without bubblewrap: a private directory in memory, where the script works
};

// How a script's commands are found.
struct Tools {
  std::string shell, coreutils;  // absolute: the program, and a directory with cat, head, mkdir and the like
  std::vector<std::string> path;
};

inline constexpr const char* kWorkDirectory = "/work";  // within bubblewrap

// The words that go in front of a command, which then has no network and no other files, is user 1000 and ends with us.
// Errors: VARS70 for paths that are not absolute.
fleet::Result<std::vector<std::string>> sandboxWords(const Sandbox& sandbox, const Tools& tools);
// What sandbox-exec is told, in its own language.
std::string sandboxProfile(const Sandbox& sandbox);
// Where the script works, as it sees it.
std::string workDirectory(const Sandbox& sandbox);

}  // namespace fleetd::vars
