"""DocuSign."""
