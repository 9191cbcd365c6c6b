// The system's reasons in words.
#include "plugins/vars/store/errors.hpp"

#include <cerrno>
#include <cstring>

namespace fleetd::vars::disk {

namespace {

std::string hintFor(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT: return "free some space and run the command again";
    case EROFS: return "the file system is mounted read-only";
    case EACCES:
    case EPERM: return "look at the owner and the mode of the file and of its directories";
    case EIO: return "the disk reports a fault; look at the system's log before writing more to it";
    case ELOOP: return "links lead in a circle; remove the one that is wrong";
    case EXDEV: return "keep `vars` and `sops` on one file system with the fleet";
    default: return {};
  }
}

}  // namespace

fleet::Error failed(const std::string& what, const std::string& path, int code) {
  return {FLEET_E_IO, "VARS30", {}, "cannot " + what + " " + path + ": " + std::strerror(code), hintFor(code), 0};
}

}  // namespace fleetd::vars::disk
