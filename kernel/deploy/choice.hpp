// Choice: which of a host's addresses is used. What answered last is asked first for a while.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/deploy/ssh.hpp"
#include "kernel/deploy/targets.hpp"

namespace fleetd::deploy {

struct Choosing {
  Ssh* ssh = nullptr;     // for what only ssh can reach; null: that is taken unasked when nothing else answers
  std::string directory;  // where choices are remembered; empty: nowhere
};

// The first of them that answers, with what was tried before; the only one is taken as it is. Error FL0815 with all
// that was tried. Thread: any.
Result<Reach> choose(const std::string& host, const std::vector<Reach>& reaches, const Choosing& how);

// The next choice asks all addresses again: somebody found that the remembered one does not work.
void forgetChoice(const std::string& directory, const std::string& host);

}  // namespace fleetd::deploy
