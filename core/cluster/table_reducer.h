// The reducers of tables and partitions. A refused command changes nothing. Texts are Fluss's where
// Fluss has the condition.
#pragma once

#include "core/decision.h"
#include "core/moment.h"
#include "core/world.h"

namespace pegel::cluster {

// Needs CREATE on the database. Buckets are placed by core/cluster/placement.h; a table that is
// partitioned gets them with its partitions.
Decision Decide(const World& world, const Moment& now, const CreateTable& command);

// Needs DELETE on the table. Every server that holds a replica is told to delete it.
Decision Decide(const World& world, const Moment& now, const DropTable& command);

// Both need WRITE on the table.
Decision Decide(const World& world, const Moment& now, const AddPartition& command);
Decision Decide(const World& world, const Moment& now, const DropPartition& command);

// Both need DESCRIBE on the cluster.
Decision Decide(const World& world, const Moment& now, const ListTables& command);
Decision Decide(const World& world, const Moment& now, const ListBuckets& command);

void Evolve(World& world, const TableCreated& event);
void Evolve(World& world, const PartitionAdded& event);
void Evolve(World& world, const BucketsPlaced& event);
void Evolve(World& world, const TableDropped& event);
void Evolve(World& world, const PartitionDropped& event);
void Evolve(World& world, const ReplicasDropped& event);
void Evolve(World& world, const BucketChanged& event);
void Evolve(World& world, const BucketSized& event);
void Evolve(World& world, const ReplicaStopped& event);

}  // namespace pegel::cluster
