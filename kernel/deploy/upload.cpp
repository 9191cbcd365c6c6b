// The archive goes through the standard input of a shell on the host: nothing is ever in its arguments.
#include "kernel/deploy/upload.hpp"

#include <fmt/format.h>

#include "kernel/base/text.hpp"

namespace fleetd::deploy {

namespace {

// The key comes last in the archive: one that was cut off lacks it, and nothing is replaced. A host that has the new
// key has everything.
constexpr char kUnpack[] =
    "set -e; umask 077; n=$d/.new; mkdir -p $d; rm -rf $n $d/.old; mkdir $n; "
    "tar -xpf - -C $n; [ -s $n/key.txt ]; "
    "if [ -e $d/activation ]; then mv $d/activation $d/.old; fi; "
    "if [ -e $n/activation ]; then mv $n/activation $d/activation; fi; "
    "mv -f $n/key.txt $d/key.txt; rm -rf $n $d/.old";

}  // namespace

Result<void> uploadSecrets(Ssh& ssh, const Address& address, const std::string& host, const std::string& directory,
                           int archive, const ActivationSettings& settings) {
  Ssh::Call call = asRoot(fmt::format("d={}; {}", directory, kUnpack), address, settings);
  call.inputFd = archive;
  call.timeout = std::chrono::minutes(10);
  FLEETD_TRY_ASSIGN(const auto finished, ssh.run(address, call));
  if (finished.status.success()) return {};
  return Error{base::Code::FL0723,
               fmt::format("{} did not take its secrets: {}", host, base::sanitize(base::trim(finished.errors))),
               "",
               {}};
}

}  // namespace fleetd::deploy
