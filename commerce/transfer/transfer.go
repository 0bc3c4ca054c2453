// Package transfer carries a catalog between files and a shop.
//
// Reading is a pure stream: [ProductReader] turns rows of a product CSV into one [Product] after another and
// knows neither a database nor a shop. What a merchant got wrong in a file is data with a row number
// ([RowError]); only a file that cannot be read on is an error of the stream ([FileError]).
//
// Writing is [Importer]: it saves what the reader gives, in small transactions, through the catalog and the inventory.
//
// Invariants: a product is delivered whole and valid, or not at all; memory depends on the largest product
// (see [MaxVariants], [MaxImages]) and not on the file, but for 24 bytes or so per handle and per SKU seen.
package transfer
