#!/usr/bin/env perl
# Copies the source to the destination in the local object store; the result file and the exit code tell what came of it
# (docs/scripts.md).
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Copy qw(copy);
use File::Path qw(make_path);

my ($source, $destination) = map { $ENV{OBJECT_STORE_ROOT} . "/" . s{^s3://}{}r } @ARGV;
unless (-f $source) {
    print "no $ARGV[0]\n";
    exit 65;    # EX_DATAERR: a repeat would not help
}
make_path(dirname($destination));
# Whole or not at all: a script may be run twice.
copy($source, "$destination.part") or die "$destination.part: $!\n";
rename("$destination.part", $destination) or die "$destination: $!\n";
open(my $result, ">", $ENV{FEEDSCRIPT_RESULT_FILE}) or die "$ENV{FEEDSCRIPT_RESULT_FILE}: $!\n";
print $result qq({"destination_s3_path": "$ARGV[1]"});
close($result) or die "$!\n";
