"""The Zip Code to Carrier Locality File: ZIP5 and ZIP9."""
