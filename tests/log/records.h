// Records for tests of the log: any that can be, and plain ones that read well.
#pragma once

#include <vector>

#include "core/record.h"
#include "log/record_codec.h"
#include "tests/support/random.h"

namespace pegel::testing {

// Every field takes every kind of value, also those that no procedure would make.
Record AnyRecord(Random& random, Lsn lsn);

// The record that lets User:u<lsn> read my_db.my_table.
Record PlainRecord(Lsn lsn);

// `count` plain records from `first` on.
std::vector<Record> PlainRecords(Lsn first, uint64_t count);

bool Same(const Record& a, const Record& b);

}  // namespace pegel::testing
