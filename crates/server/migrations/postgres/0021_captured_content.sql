-- Captured keys do not compress. Those of usual keys stay in their row; larger ones go beside it as they are.
ALTER TABLE captured_keys ALTER COLUMN content SET STORAGE EXTERNAL;
ALTER TABLE captured_keys SET (toast_tuple_target = 4080);
