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

// The same with archives, which the system takes apart when it is activated. .pass_info is where clan's own tools
// remember what they brought.
constexpr char kUnpackValues[] =
    "set -e; umask 077; n=$d/.new; mkdir -p $d; rm -rf $n $d/.old; mkdir $n; "
    "tar -xpf - -C $n; [ -s $n/secrets.tar.gz ]; "
    "of() { (cd $1 && for f in secrets.tar.gz secrets_for_users.tar.gz; do if [ -e $f ]; then sha256sum $f; fi; done; "
    "if [ -d activation ]; then find activation -type f -exec sha256sum {} + | sort; fi); }; "
    "[ \"$(of $d)\" = \"$(of $n)\" ] || echo changed; rm -f $d/.pass_info; "
    "if [ -e $d/activation ]; then mv $d/activation $d/.old; fi; "
    "if [ -e $n/activation ]; then mv $n/activation $d/activation; fi; "
    "if [ -e $n/secrets_for_users.tar.gz ]; then mv -f $n/secrets_for_users.tar.gz $d/; "
    "else rm -f $d/secrets_for_users.tar.gz; fi; "
    "mv -f $n/secrets.tar.gz $d/; rm -rf $n $d/.old";

}  // namespace

Result<bool> uploadSecrets(Ssh& ssh, const Address& address, const std::string& host, const std::string& directory,
                           int archive, Brings brings, const ActivationSettings& settings) {
  const bool key = brings == Brings::Key;
  Ssh::Call call = asRoot(fmt::format("d={}; {}", directory, key ? kUnpack : kUnpackValues), address, settings);
  call.inputFd = archive;
  call.timeout = std::chrono::minutes(10);
  FLEETD_TRY_ASSIGN(const auto finished, ssh.run(address, call));
  if (finished.status.success()) return key || base::trim(finished.output) == "changed";
  return Error{base::Code::FL0723,
               fmt::format("{} did not take its secrets: {}", host, base::sanitize(base::trim(finished.errors))),
               "",
               {}};
}

}  // namespace fleetd::deploy
