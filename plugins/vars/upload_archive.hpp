// A tar archive in locked memory (POSIX ustar): what is written into it has its owner, group and mode there already, so
// that nobody has to set them afterwards.
#pragma once
#include <string>

#include "plugins/vars/secret_buffer.hpp"

namespace fleetd::vars {

struct TarFile {
  std::string path;
  std::string owner = "root", group = "root";
  unsigned mode = 0400;
};

class TarArchive {
 public:
  // Errors: VARS94 for a name that has no room, AGE05.
  fleet::Result<void> add(const TarFile& file, age::View content);
  fleet::Result<SecretBytes> finish();

 private:
  SecretBuffer out_;
};

}  // namespace fleetd::vars
