// What runs on a client: what states ask for around a backup, and the commands that make, list and restore backups.
#pragma once
#include <string>
#include <vector>

#include <fleet/cxx/text.hpp>

namespace borgbackup {

struct Job {
  std::string name, repo;
  fleet::Value shell;  // how the repository is reached
};

// serviceConfig of the job's unit.
fleet::Attrs hooks(const Job& job);
// borgbackup-create, borgbackup-list and borgbackup-restore.
fleet::List commands(const std::vector<Job>& jobs);

}  // namespace borgbackup
