-- The cluster configuration examples of the Fluss documentation.
-- Use the Fluss catalog (replace 'fluss_catalog' with your catalog name if different)
USE fluss_catalog;
-- Set RocksDB rate limiter
CALL sys.set_cluster_configs(
config_pairs => 'kv.rocksdb.shared-rate-limiter.bytes-per-sec', '200MB'
);
-- Set RocksDB rate limiter and datalake format
CALL sys.set_cluster_configs(
config_pairs => 'kv.rocksdb.shared-rate-limiter.bytes-per-sec', '200MB', 'datalake.format','paimon'
);
-- Get a specific configuration
CALL sys.get_cluster_configs(
config_keys => 'kv.rocksdb.shared-rate-limiter.bytes-per-sec'
);
-- Get multiple configuration
CALL sys.get_cluster_configs(
config_keys => 'kv.rocksdb.shared-rate-limiter.bytes-per-sec', 'datalake.format'
);
-- Get all cluster configurations
CALL sys.get_cluster_configs();
-- Reset a specific configuration
CALL sys.reset_cluster_configs(
config_keys => 'kv.rocksdb.shared-rate-limiter.bytes-per-sec'
);
-- Reset RocksDB rate limiter and datalake format
CALL sys.reset_cluster_configs(
config_keys => 'kv.rocksdb.shared-rate-limiter.bytes-per-sec', 'datalake.format'
);
